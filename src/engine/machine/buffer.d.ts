// Two Buffer methods of the hot path that @types/node leaves out. They are the direct forms of
// buffer.toString and buffer.write with the encoding latin1.
interface Buffer {
  latin1Slice(start?: number, end?: number): string;
  latin1Write(text: string, offset?: number, length?: number): number;
}
