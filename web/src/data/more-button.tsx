import type { Paged } from "./pages.ts";

/** The end of a list that is read page by page. */
export function MoreButton({
  pages,
  what,
  further = "Older",
}: {
  pages: Paged<unknown>;
  what: string;
  further?: "Older" | "Later";
}) {
  const { isLoading, isComplete, error, more, items } = pages;
  if (error) {
    return (
      <p className="refusal" role="alert">
        {further} {what} could not be loaded: {error.message}.{" "}
        <button type="button" onClick={more}>
          Try again
        </button>
      </p>
    );
  }
  if (isComplete)
    return (
      <p className="note pad">
        {items.length === 0 ? `There are no ${what} here.` : `These are all ${what} that are kept.`}
      </p>
    );
  return (
    <p className="pad">
      <button type="button" disabled={isLoading} onClick={more}>
        {isLoading ? "Loading …" : further}
      </button>
    </p>
  );
}
