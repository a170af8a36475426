/**
 * DEBUG PROTOCOL: one example of each type of reply, by which clients test their parsers. The very
 * values are Redis 7.0's.
 */

import type { ReplyWriter } from '../../resp/replyWriter.ts';

type Example = (reply: ReplyWriter) => void;

const examples: Readonly<Record<string, Example>> = {
  string: (reply) => reply.bulk('Hello World'),
  integer: (reply) => reply.integer(12345),
  // biome-ignore lint/suspicious/noApproximativeNumericConstant: the value Redis sends.
  double: (reply) => reply.double(3.141),
  bignum: (reply) => reply.bigNumber('1234567999999999999999999999999999999'),
  null: (reply) => reply.null(),
  array: (reply) => {
    reply.array(3);
    for (let i = 0; i < 3; i += 1) reply.integer(i);
  },
  set: (reply) => {
    reply.set(3);
    for (let i = 0; i < 3; i += 1) reply.integer(i);
  },
  map: (reply) => {
    reply.map(3);
    for (let i = 0; i < 3; i += 1) {
      reply.integer(i);
      reply.boolean(i === 1);
    }
  },
  attrib,
  push,
  verbatim: (reply) => reply.verbatim('txt', 'This is a verbatim\nstring'),
  true: (reply) => reply.boolean(true),
  false: (reply) => reply.boolean(false),
};

function attrib(reply: ReplyWriter): void {
  if (reply.protocol === 3) {
    reply.attribute(1);
    reply.bulk('key-popularity');
    reply.array(2);
    reply.bulk('key:123');
    reply.integer(90);
  }
  reply.bulk('Some real reply following the attribute');
}

function push(reply: ReplyWriter): void {
  if (reply.protocol === 2) {
    reply.error('ERR RESP2 is not supported by this command');
    return;
  }
  reply.push(2);
  reply.bulk('server-cpu-usage');
  reply.integer(42);
  // A push is no reply: the command still has its own.
  reply.bulk('Some real reply following the push reply');
}

export const EXAMPLE_TYPES: readonly string[] = Object.keys(examples);

/** `type` in lower case. */
export function replyExample(reply: ReplyWriter, type: string): void {
  const example = Object.hasOwn(examples, type) ? examples[type] : undefined;
  if (example !== undefined) {
    example(reply);
    return;
  }
  reply.error(
    `ERR Wrong protocol type name. Please use one of the following: ${EXAMPLE_TYPES.join('|')}`,
  );
}
