/** Numbers, sizes and times as the page prints them, in every locale alike. */

const MICROS_PER_MS = 1000;

/** `1,234,567`. */
export function counted(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `9,999`, `12k`, `3.4M`: at most five characters. */
export function shortCount(value: number): string {
  if (value < 10_000) return counted(value);
  if (value < 999_500) return `${Math.round(value / 1000)}k`;
  const millions = value / 1_000_000;
  return `${millions < 100 ? millions.toFixed(1) : Math.round(millions)}M`;
}

/** `1 byte`, `1,204 bytes`. */
export function inBytes(value: number): string {
  return value === 1 ? '1 byte' : `${counted(value)} bytes`;
}

/** `2 clients`; `plural` is for nouns whose plural is irregular. */
export function countOf(value: number, noun: string, plural = `${noun}s`): string {
  return `${counted(value)} ${value === 1 ? noun : plural}`;
}

/** `16 KiB`, `1 MiB`, `1.5 MiB`: sizes of settings, in powers of two. */
export function inSize(value: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  let size = value;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${Number(size.toFixed(1))} ${units[unit]}`;
}

/** `1.2 s`, `14 s`, `800 ms`. */
export function inTime(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

/** `12 s`, `3 min`, `5 h`, `2 d`: a long time, in its largest unit. */
export function inLargeTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** The local time of day, `14:02:07.123`, of Unix microseconds. */
export function timeOfDay(micros: number): string {
  const date = new Date(micros / MICROS_PER_MS);
  const part = (value: number, width: number): string => String(value).padStart(width, '0');
  const [hours, minutes] = [part(date.getHours(), 2), part(date.getMinutes(), 2)];
  return `${hours}:${minutes}:${part(date.getSeconds(), 2)}.${part(date.getMilliseconds(), 3)}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)!}`;
}
