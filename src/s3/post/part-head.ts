/** The header lines of a part of a form: what the part is called, and the file's name if it has one (RFC 7578 4.2). */

export interface PartHead {
  /** One character a byte. */
  readonly name: string
  readonly fileName: string | undefined
}

const line = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0-\x08\x0a-\x1f\x7f]*)$/
const parameter = /[ \t]*;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s";]*))/y
const unencoded = new Set(['7bit', '8bit', 'binary'])

/** `head` is one character a byte, without the empty line that ends it. Undefined where it is no head of a form's part. */
export function readPartHead(head: string): PartHead | undefined {
  let disposition: string | undefined
  for (const text of head.split('\r\n')) {
    const [, name, value = ''] = line.exec(text) ?? []
    switch (name?.toLowerCase()) {
      case undefined:
        return undefined
      case 'content-disposition':
        if (disposition !== undefined) return undefined
        disposition = value
        break
      case 'content-transfer-encoding':
        // Nobody encodes any more (RFC 7578 4.7); what is encoded all the same would be kept as it is.
        if (!unencoded.has(value.trim().toLowerCase())) return undefined
        break
    }
  }
  return disposition === undefined ? undefined : readDisposition(disposition.trimEnd())
}

function readDisposition(disposition: string): PartHead | undefined {
  if (!/^form-data(?=[ \t;])/i.test(disposition)) return undefined
  const parameters = new Map<string, string>()
  parameter.lastIndex = 'form-data'.length
  while (parameter.lastIndex < disposition.length) {
    const [, name = '', quoted, plain = ''] = parameter.exec(disposition) ?? []
    if (name === '' || parameters.has(name.toLowerCase())) return undefined
    // Only a quote is escaped: old browsers send paths, whose backslashes are meant.
    parameters.set(name.toLowerCase(), quoted?.replaceAll('\\"', '"') ?? plain)
  }
  const name = parameters.get('name')
  return name === undefined || name === '' ? undefined : { name, fileName: parameters.get('filename') }
}
