/**
 * `MOVE /bucket/key` with a Destination (Wasabi): an object gets another key, with all its versions; with X-Wasabi-Prefix, every object whose key begins with
 * the one in the URL. Objects are moved one by one, each whole or not at all; what is cut short is gone on with by the same request again.
 */
import { ApiError } from '../../base/errors.ts'
import { checkKeyName } from '../../objects/key-name.ts'
import type { Context } from '../context.ts'
import { operation, Prepared } from '../operation.ts'
import { keyOfHeader, requireKey } from '../rename-names.ts'
import { header, label, shape, string, type Infer } from '../shape.ts'
import { escapeXml, xmlDeclaration, xmlNamespace } from '../xml.ts'

const MoveObject = shape({
  name: 'MoveObject',
  method: 'MOVE',
  level: 'object',
  query: '',
  status: 200,
  input: {
    Bucket: label(string),
    Key: label(string),
    Destination: header('destination', string).optional,
    Overwrite: header('overwrite', string).optional,
    Quiet: header('x-wasabi-quiet', string).optional,
    IsPrefix: header('x-wasabi-prefix', string).optional,
    ExpectedBucketOwner: header('x-amz-expected-bucket-owner', string).optional,
  },
  output: {},
  root: undefined,
})

type Input = Infer<typeof MoveObject.input>

/** Objects moved between two looks at what there is. */
const batchSize = 100
const destinationHeader = 'Destination'

export default operation(MoveObject, {
  action: 's3:DeleteObject',
  async handle(input, context) {
    if (input.Destination === undefined) {
      throw new ApiError('InvalidRequest', `Missing required header for this request: ${destinationHeader}`)
    }
    const destination = keyOfHeader(destinationHeader, input.Destination)
    const overwrite = flagOf('Overwrite', input.Overwrite)
    const quiet = flagOf('X-Wasabi-Quiet', input.Quiet)
    if (flagOf('X-Wasabi-Prefix', input.IsPrefix)) {
      // The answer lists what there is.
      await context.authorizeListing(input.Key)
      const body = moveAll(input.Key, destination, { overwrite, quiet }, context)
      return new Prepared({ status: 200, headers: ['content-type', 'application/xml'], body })
    }
    await move(input.Key, destination, overwrite, context)
    const text = opening + (quiet ? '' : moved(input.Key, destination)) + closing
    const headers = ['content-type', 'application/xml', 'content-length', String(Buffer.byteLength(text))]
    return new Prepared({ status: 200, headers, body: Buffer.from(text) })
  },
})

async function move(from: string, to: string, overwrite: boolean, context: Context): Promise<void> {
  const { bucket, services } = context
  requireKey(to, destinationHeader)
  checkKeyName(to, services.toggles(bucket)['naming.key'])
  await context.authorize('s3:DeleteObject', from)
  await context.authorize('s3:GetObject', from)
  await context.authorize('s3:PutObject', to)
  if (bucket.versioning !== undefined) {
    // Its earlier versions go with it.
    await context.authorize('s3:DeleteObjectVersion', from)
    await context.authorize('s3:GetObjectVersion', from)
  }
  await services.renamer.move(bucket, from, to, overwrite)
}

/** The document, as it comes about; a space where there was nothing to tell for a while. */
async function* moveAll(
  prefix: string,
  destination: string,
  { overwrite, quiet }: { readonly overwrite: boolean; readonly quiet: boolean },
  context: Context,
): AsyncGenerator<Uint8Array> {
  const { bucket, services } = context
  yield Buffer.from(opening)
  let after: string | undefined
  for (;;) {
    const keys = await services.renamer.keysUnder(bucket, prefix, after, batchSize)
    let text = ''
    for (const key of keys) {
      after = key
      // `a` to `ab`: what begins with `ab` has been moved already, or need not be.
      if (destination.startsWith(prefix) && key.startsWith(destination)) continue
      const to = destination + key.slice(prefix.length)
      const fault = await faultOf(async () => {
        // Nobody could say whether it has been moved.
        if (!destination.startsWith(prefix) && to.startsWith(prefix)) throw staysUnder()
        await move(key, to, overwrite, context)
      })
      if (fault !== undefined) text += failed(key, fault)
      else if (!quiet) text += moved(key, to)
    }
    yield Buffer.from(text === '' ? ' ' : text)
    if (keys.length < batchSize) break
  }
  yield Buffer.from(closing)
}

/** Undefined for a success; what is no client's fault is thrown, and ends the answer. */
async function faultOf(moving: () => Promise<void>): Promise<ApiError | undefined> {
  try {
    await moving()
    return undefined
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
}

/** Clients write `true` as their languages do. Throws InvalidArgument. */
function flagOf(name: string, value: Input['Overwrite']): boolean {
  const text = value?.trim().toLowerCase() ?? 'false'
  if (text === 'true' || text === 'false') return text === 'true'
  throw new ApiError('InvalidArgument', `The value of ${name} is neither true nor false.`, {
    details: { ArgumentName: name, ArgumentValue: value! },
  })
}

const staysUnder = (): ApiError => new ApiError('InvalidRequest', 'The new key begins with the prefix that is moved.')

const opening = `${xmlDeclaration}<MoveResult xmlns="${xmlNamespace}">`
const closing = '</MoveResult>'
const moved = (key: string, to: string): string =>
  `<Moved><Key>${escapeXml(key)}</Key><Destination>${escapeXml(to)}</Destination></Moved>`
const failed = (key: string, { code, message }: ApiError): string =>
  `<Error><Key>${escapeXml(key)}</Key><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`
