/** Draws at most once a frame of the screen, however often something changes. */

const due = new Set<() => void>();
let isScheduled = false;

export function paintSoon(paint: () => void): void {
  due.add(paint);
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    const now = [...due];
    due.clear();
    for (const each of now) {
      try {
        each();
      } catch (error) {
        // What one part cannot draw is no reason for the others not to.
        reportError(error);
      }
    }
  });
}

export function paintNever(paint: () => void): void {
  due.delete(paint);
}

/** Sets text only where it differs: most of what is drawn again has not changed. */
export function setText(node: Element, text: string): boolean {
  if (node.textContent === text) return false;
  node.textContent = text;
  return true;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  { className, role, text }: { className?: string; role?: string; text?: string } = {},
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (role) made.setAttribute("role", role);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** A canvas fitted to its box at the screen's resolution; the context draws in CSS pixels. */
export function fit(
  canvas: HTMLCanvasElement,
): { context: CanvasRenderingContext2D; width: number; height: number } | null {
  const context = canvas.getContext("2d");
  if (!context) return null;
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = devicePixelRatio || 1;
  const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** A colour of the theme that is in effect. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
