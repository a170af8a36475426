// The two Buffer methods of the hot path that @types/node leaves out (documented in Node's
// buffer.toString and buffer.write as the latin1 encoding; these are their direct forms).
interface Buffer {
  latin1Slice(start?: number, end?: number): string;
  latin1Write(text: string, offset?: number, length?: number): number;
}
