// Bodies that belong to one operation wherever they are cut: every 4 KiB begin with its name.

import { createHash } from 'node:crypto'

const PAGE = 4096

/** A body of `size` bytes that only the operation `op` has. */
export function bodyOf(op: string, size: number): Buffer {
  const body = Buffer.alloc(size, op.charCodeAt(op.length - 1))
  for (let at = 0; at < size; at += PAGE) body.write(`${op}@${at}|`, at, 'latin1')
  return body
}

/** Lower-case hex MD5, the ETag of a body put in one piece. */
export function md5(body: Buffer): string {
  return createHash('md5').update(body).digest('hex')
}

/** The ETag of an object completed from parts with these MD5s (AWS, multipart upload). */
export function multipartEtag(parts: readonly string[]): string {
  return `${createHash('md5')
    .update(Buffer.from(parts.join(''), 'hex'))
    .digest('hex')}-${parts.length}`
}
