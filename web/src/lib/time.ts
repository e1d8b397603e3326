/** Times come as microseconds UTC and are shown local or UTC, as the user chose. */

import type { Settings } from "./settings.ts";

type Zone = Settings["zone"];

const two = (value: number): string => String(value).padStart(2, "0");
const three = (value: number): string => String(value).padStart(3, "0");

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  milli: number;
}

function partsOf(micros: number, zone: Zone): Parts {
  const date = new Date(Math.floor(micros / 1000));
  const utc = zone === "utc";
  return {
    year: utc ? date.getUTCFullYear() : date.getFullYear(),
    month: 1 + (utc ? date.getUTCMonth() : date.getMonth()),
    day: utc ? date.getUTCDate() : date.getDate(),
    hour: utc ? date.getUTCHours() : date.getHours(),
    minute: utc ? date.getUTCMinutes() : date.getMinutes(),
    second: utc ? date.getUTCSeconds() : date.getSeconds(),
    milli: date.getMilliseconds(),
  };
}

export function formatTime(micros: number, zone: Zone, withMillis = false): string {
  const { hour, minute, second, milli } = partsOf(micros, zone);
  const whole = `${two(hour)}:${two(minute)}:${two(second)}`;
  return withMillis ? `${whole}.${three(milli)}` : whole;
}

export function formatDate(micros: number, zone: Zone): string {
  const { year, month, day } = partsOf(micros, zone);
  return `${year}-${two(month)}-${two(day)}`;
}

export function formatDateTime(micros: number, zone: Zone, withMillis = false): string {
  return `${formatDate(micros, zone)} ${formatTime(micros, zone, withMillis)}`;
}

/**
 * A short form for axes: what differs at the given step. Days begin at midnight UTC; where that is another hour, a day within hours
 * (`isIntraday`) is told with it.
 */
export function formatAxis(
  micros: number,
  zone: Zone,
  kind: "year" | "month" | "day" | "time" | "seconds",
  isIntraday: boolean,
): string {
  const { year, month, day, hour, minute, second } = partsOf(micros, zone);
  if (isIntraday && kind !== "time" && kind !== "seconds" && hour * 60 + minute !== 0)
    return `${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`;
  switch (kind) {
    case "year":
      return String(year);
    case "month":
      return `${year}-${two(month)}`;
    case "day":
      return `${two(month)}-${two(day)}`;
    case "time":
      return `${two(hour)}:${two(minute)}`;
    case "seconds":
      return `${two(hour)}:${two(minute)}:${two(second)}`;
  }
}

export function formatSpan(millis: number): string {
  if (millis > 0 && millis < 1000) return `${Math.round(millis)} ms`;
  const seconds = Math.max(0, Math.floor(millis / 1000));
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  if (minutes > 0) return `${minutes} min ${seconds % 60} s`;
  return `${seconds} s`;
}

export const zoneName = (zone: Zone): string =>
  zone === "utc" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What a `datetime-local` field takes. */
export function toField(micros: number, zone: Zone): string {
  return `${formatDate(micros, zone)}T${formatTime(micros, zone)}`;
}

/** The moment that such a field names; `null` where it names none. */
export function fromField(text: string, zone: Zone): number | null {
  if (!text) return null;
  const millis = Date.parse(zone === "utc" ? `${text}Z` : text);
  return Number.isFinite(millis) ? millis * 1000 : null;
}
