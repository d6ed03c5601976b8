/** What differs between two texts: line by line, and within a line. */
export interface DiffLine {
  readonly kind: 'same' | 'sent' | 'expected'
  readonly text: string
  /** Of a line that stands for another one: where in it they differ. */
  readonly differs?: readonly [start: number, end: number]
}

/** Beyond this only the beginning and the end that are the same are found: what follows is quadratic. */
const linesMax = 1000

export function diffLines(sent: string, expected: string): DiffLine[] {
  const [a, b] = [sent.split('\n'), expected.split('\n')]
  return pairUp(a.length > linesMax || b.length > linesMax ? wholly(a, b) : byCommonLines(a, b))
}

const wholly = (a: readonly string[], b: readonly string[]): DiffLine[] => [
  ...a.map((text) => ({ kind: 'sent', text }) as const),
  ...b.map((text) => ({ kind: 'expected', text }) as const),
]

/** By the longest common subsequence of lines. */
function byCommonLines(a: readonly string[], b: readonly string[]): DiffLine[] {
  const width = b.length + 1
  const common = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!)
    }
  }
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i]! })
      i++
      j++
    } else if (j === b.length || (i < a.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
      lines.push({ kind: 'sent', text: a[i++]! })
    } else lines.push({ kind: 'expected', text: b[j++]! })
  }
  return lines
}

/** Where as many lines were sent as are expected in their place, each stands for the other, and it is shown what differs in them. */
function pairUp(lines: readonly DiffLine[]): DiffLine[] {
  const paired: DiffLine[] = []
  for (let at = 0; at < lines.length;) {
    if (lines[at]!.kind === 'same') {
      paired.push(lines[at++]!)
      continue
    }
    const end = lines.findIndex(({ kind }, index) => index > at && kind === 'same')
    const run = lines.slice(at, end === -1 ? undefined : end)
    at += run.length
    const sent = run.filter(({ kind }) => kind === 'sent')
    const expected = run.filter(({ kind }) => kind === 'expected')
    if (sent.length === expected.length) sent.forEach((line, index) => paired.push(...within(line, expected[index]!)))
    else paired.push(...sent, ...expected)
  }
  return paired
}

function within(sent: DiffLine, expected: DiffLine): [DiffLine, DiffLine] {
  const [a, b] = [sent.text, expected.text]
  const shorter = Math.min(a.length, b.length)
  let start = 0
  while (start < shorter && a[start] === b[start]) start++
  let tail = 0
  while (tail < shorter - start && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  return [
    { ...sent, differs: [start, a.length - tail] },
    { ...expected, differs: [start, b.length - tail] },
  ]
}
