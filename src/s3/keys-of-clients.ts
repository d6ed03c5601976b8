/** Keys that clients send with their requests (SSE-C): taken where plain HTTP is, or over TLS. */
import type { CustomerKey, Encryption } from '../objects/encryption/seal.ts'
import type { Context } from './context.ts'
import { copySourceKeyOf, customerKeyOf, requestedEncryption } from './encryption.ts'

type Asking = Pick<Context, 'request' | 'bucket' | 'services'>

/** As requestedEncryption. */
export const encryptionFor = (
  input: Parameters<typeof requestedEncryption>[0],
  context: Asking,
): Encryption | undefined => requestedEncryption(input, context.bucket, !bringsKey(input) || mayTravel(context))

/** As customerKeyOf. */
export const keyOf = (input: Parameters<typeof customerKeyOf>[0], context: Asking): CustomerKey | undefined =>
  bringsKey(input) ? customerKeyOf(input, mayTravel(context)) : undefined

/** As copySourceKeyOf. */
export const keyOfSource = (input: Parameters<typeof copySourceKeyOf>[0], context: Asking): CustomerKey | undefined =>
  copySourceKeyOf(input, mayTravel(context))

/** What most requests do not: for these nothing more is looked at. */
const bringsKey = ({ SSECustomerAlgorithm, SSECustomerKey, SSECustomerKeyMD5 }: Parameters<typeof customerKeyOf>[0]) =>
  (SSECustomerAlgorithm ?? SSECustomerKey ?? SSECustomerKeyMD5) !== undefined

/** Where plain HTTP is refused or sent elsewhere, a request that has come so far without TLS may still not bring a key. */
function mayTravel({ request, bucket, services }: Asking): boolean {
  const { http } = services.toggles(bucket)
  return request.secure || http === 'allow' || http === 'local'
}
