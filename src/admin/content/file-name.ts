/** The name under which content is to be kept, for whoever downloads it (RFC 6266, RFC 8187): nothing in it leads anywhere or deceives. */

const lengthMax = 200

/** What a name may not hold: controls, marks that turn the direction of text, and what file systems take for something else. */
const hostile = /[\p{C}\u2028\u2029/\\:*?"<>|]/gu

/** The value of Content-Disposition. */
export function disposition(kind: 'inline' | 'attachment', key: string): string {
  const name = fileNameOf(key)
  const plain = name.replace(/[^\x20-\x7e]|[%\\"]/gu, '_')
  const extended = encodeURIComponent(name).replace(
    /['()*!]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${plain}"; filename*=UTF-8''${extended}`
}

/** The key's last segment, made harmless. */
function fileNameOf(key: string): string {
  const last = key.split('/').findLast((segment) => segment !== '') ?? ''
  const harmless = last.replace(hostile, '_').replace(/^[. ]+|[. ]+$/g, (dots) => '_'.repeat(dots.length))
  return Array.from(harmless).slice(0, lengthMax).join('') || 'file'
}
