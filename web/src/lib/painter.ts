/** Draws at most once a frame of the screen, however often something changes. */

/**
 * What streams change is drawn with every frame while frames come in time. Where the machine has no graphics card, or much
 * else to do, drawing less often is what lets them: the pause between two drawings grows with each frame that is late, and
 * shrinks again with each that is not.
 */
const PAUSE_MAX_MS = 50;
const LONGER_BY_MS = 10;
const SHORTER_BY_MS = 0.5;
/** A frame comes within 17 ms where nothing is in its way. */
const LATE_MS = 25;

const due = new Set<() => void>();
const waiting = new Set<() => void>();
let isScheduled = false;
let timer: ReturnType<typeof setTimeout> | null = null;
let turnAt = -Infinity;
let pauseMs = 0;

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  const asked = performance.now();
  requestAnimationFrame(() => {
    isScheduled = false;
    const isLate = performance.now() - asked > LATE_MS;
    pauseMs = isLate ? Math.min(PAUSE_MAX_MS, pauseMs + LONGER_BY_MS) : Math.max(0, pauseMs - SHORTER_BY_MS);
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

/** Draws with the next frame: for what somebody does. */
export function paintSoon(paint: () => void): void {
  due.add(paint);
  schedule();
}

/** Draws when it is the turn of the streams: all that they have changed goes into one frame. */
export function paintInTurn(paint: () => void): void {
  waiting.add(paint);
  timer ??= setTimeout(takeTurn, Math.max(0, turnAt + pauseMs - performance.now()));
}

function takeTurn(): void {
  timer = null;
  turnAt = performance.now();
  for (const paint of waiting) due.add(paint);
  waiting.clear();
  schedule();
}

export function paintNever(paint: () => void): void {
  due.delete(paint);
  waiting.delete(paint);
}

/** Sets the text of an element that holds nothing else, and only where it differs: most of what is drawn again has not changed. */
export function setText(node: Element, text: string): boolean {
  const held = node.firstChild;
  // The text is changed where it is: another one in its place would have to be put into the page's layout anew.
  if (held instanceof Text) {
    if (held.data === text) return false;
    held.data = text;
  } else {
    node.textContent = text;
  }
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

/** A canvas fitted to a box of this size at the screen's resolution; the context draws in CSS pixels. */
export function fit(canvas: HTMLCanvasElement, { width, height }: Size): CanvasRenderingContext2D | null {
  const context = canvas.getContext("2d");
  if (!context) return null;
  const scale = devicePixelRatio || 1;
  const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const colours = new Map<string, string>();

/** A colour of the theme that is in effect. Asking the document each time would have it find out all its styles. */
export function colour(name: string): string {
  const key = `${document.documentElement.dataset["theme"]} ${name}`;
  let found = colours.get(key);
  if (found === undefined) {
    found = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    colours.set(key, found);
  }
  return found;
}
