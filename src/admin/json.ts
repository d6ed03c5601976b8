/** The JSON of a request's body, read strictly: UTF-8, not nested too deep, and nothing in it that programs read differently. */
import { ApiError } from '../base/errors.ts'
import { strictFaultOf, type StrictFault } from '../base/strict-json.ts'

/** Deeper than any body of this API: a policy's condition is the deepest. */
const depthMax = 32

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Throws InvalidRequest for what is no JSON, and for members of one name, members named `__proto__`, and halves of surrogate pairs. */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string
  let value: unknown
  try {
    text = utf8.decode(bytes)
    value = JSON.parse(text)
  } catch (cause) {
    throw new ApiError('InvalidRequest', 'The body is not JSON.', { cause })
  }
  const fault = strictFaultOf(text, value, depthMax)
  if (fault !== undefined) throw new ApiError('InvalidRequest', faults[fault])
  return value
}

const faults: Readonly<Record<StrictFault, string>> = {
  deep: 'The body is nested too deep.',
  repeated: 'The body has a member twice.',
  prototype: 'The body has a member named __proto__.',
  'ill-formed': 'The body has a text that is not Unicode.',
}
