/** Text for people: tables and emphasis. */
import type { Terminal } from './surroundings.ts'

/** Rows under a heading, columns as wide as their widest cell; those named in `numbers` end at their right edge. */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  { numbers = [] }: { readonly numbers?: readonly string[] } = {},
): string {
  const widths = heading.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), title.length),
  )
  const pad = (cell: string, column: number): string =>
    numbers.includes(heading[column]!) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)
  return [heading, ...rows]
    .map((row) => row.map(pad).join('  ').trimEnd())
    .map((line) => `${line}\n`)
    .join('')
}

/** Names and values, one pair a line, indented. */
export function pairs(entries: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`).join('')
}

/** What comes from records is printed without control characters, so that no name can play with the terminal. */
export const plain = (text: string): string => text.replaceAll(/\p{C}/gu, '\uFFFD')

export const bold = ({ color }: Terminal, text: string): string => (color ? `\u001B[1m${text}\u001B[22m` : text)

const colors = { green: 32, yellow: 33, red: 31 } as const

export const colored = ({ color }: Terminal, name: keyof typeof colors, text: string): string =>
  color ? `\u001B[${colors[name]}m${text}\u001B[39m` : text
