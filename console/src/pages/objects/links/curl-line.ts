/** Lines for a shell, which take any name for what it is. */

/** As one word, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** A name that is a file in the folder where one is, and no option. */
export function fileNameOf(leaf: string): string {
  const name = leaf.replaceAll(/[/\p{C}]/gu, '_').slice(0, 100)
  return /^\.*$/.test(name) ? 'download' : `${name.startsWith('-') ? './' : ''}${name}`
}

export function curlLine(url: string, leaf: string, { upload = false, referer = '' } = {}): string {
  const file = quoted(fileNameOf(leaf))
  return [
    // Dots in a key are part of it.
    'curl --path-as-is --fail',
    ...(referer === '' ? [] : [`--referer ${quoted(`https://${referer.replace(/^\*/, 'www')}/`)}`]),
    upload ? `--upload-file ${file}` : `--output ${file}`,
    quoted(url),
  ].join(' ')
}
