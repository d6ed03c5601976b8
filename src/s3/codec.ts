/** Shape ⇄ HTTP: requests into the inputs of operations, outputs into answers. What a shape says is compiled when it is first met. */
import type { HttpResponse } from '../http/message.ts'
import type { Query } from '../http/query.ts'
import { decoderOf } from './codec-decoder.ts'
import { encoderOf } from './codec-encoder.ts'
import type { CompiledEncoder } from './codec-encoder.ts'
import type { Infer, Members, Shape } from './shape.ts'

/** A request to S3: addressed, its query parsed, its body checked against signature and checksums as it is read. */
export interface WireRequest {
  readonly method: string
  readonly bucket: string | undefined
  readonly key: string | undefined
  readonly query: Query
  /** Names in lower case, values as one character a byte. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: AsyncIterable<Uint8Array>
}

const decoders = new WeakMap<Shape, ReturnType<typeof decoderOf>>()
const encoders = new WeakMap<Shape, CompiledEncoder>()

/**
 * The operation's input; a promise only where the operation takes a document. Header values stay as they came, one character a byte, so
 * that they go back byte for byte. Throws InvalidArgument and its kin for a bad header or parameter, MalformedXML for a bad document or
 * one over its limit, MissingRequestBodyError.
 */
export function decode<I extends Members>(shape: Shape<I>, request: WireRequest): Infer<I> | Promise<Infer<I>>
export function decode(shape: Shape, request: WireRequest): unknown {
  let decoder = decoders.get(shape)
  if (decoder === undefined) decoders.set(shape, (decoder = decoderOf(shape)))
  return decoder(request)
}

/** The answer of a success. Never throws for what a value contains: what a header cannot hold is replaced by spaces. */
export function encode<O extends Members>(shape: Shape<Members, O>, output: Infer<O>): HttpResponse
export function encode(shape: Shape, output: Infer<Members>): HttpResponse {
  return compiledEncoder(shape).answer(output)
}

/** The document of the answer alone, without its declaration: for an answer whose head is already sent. */
export function encodeDocument<O extends Members>(shape: Shape<Members, O>, output: Infer<O>): string
export function encodeDocument(shape: Shape, output: Infer<Members>): string {
  return compiledEncoder(shape).document?.(output) ?? ''
}

function compiledEncoder(shape: Shape): CompiledEncoder {
  let encoder = encoders.get(shape)
  if (encoder === undefined) encoders.set(shape, (encoder = encoderOf(shape)))
  return encoder
}
