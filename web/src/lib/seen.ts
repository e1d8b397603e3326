/** Whether something is on the screen, so that what nobody sees is not asked for. */

import { useEffect, useState, type RefObject } from "react";

/** What only passes by, while somebody scrolls, is not seen. */
const LASTING_MS = 150;

export function useSeen(element: RefObject<Element | null>): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new IntersectionObserver((entries) => {
      clearTimeout(timer);
      timer = setTimeout(() => setSeen(entries.at(-1)?.isIntersecting === true), LASTING_MS);
    });
    observer.observe(element.current);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, []);
  return isSeen;
}
