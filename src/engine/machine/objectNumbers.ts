/**
 * The numbers of objects, in the order in which they were added. A Map of V8 holds at most 16.7 million
 * keys, so further Maps are added before that.
 */

const MAP_KEYS_MAX = 2 ** 23;

export class ObjectNumbers {
  private readonly maps: Map<object, number>[] = [new Map()];
  private count = 0;

  get(value: object): number | undefined {
    for (const map of this.maps) {
      const number = map.get(value);
      if (number !== undefined) return number;
    }
    return undefined;
  }

  /** Gives the next number to an object that has none. */
  add(value: object): void {
    let last = this.maps[this.maps.length - 1]!;
    if (last.size === MAP_KEYS_MAX) {
      last = new Map();
      this.maps.push(last);
    }
    last.set(value, this.count);
    this.count += 1;
  }
}
