import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Chain } from './chain.ts'
import type { State } from './entries.ts'

const version = (op: string): State => ({ sha256: op, size: 1, etag: `e-${op}`, op })

/** Steps as `id: from>to result`, where `-` is nothing; result `ok`, `no` or `?`. */
function chainOf(base: string, steps: readonly string[]): Chain {
  const chain = new Chain(base === '-' ? null : version(base))
  steps.forEach((text, index) => {
    const [move = '', result] = text.split(' ')
    const [from = '', to = ''] = move.split('>')
    chain.intend(`s${index}`, to === '-' ? null : version(to), from === '-' ? null : `e-${from}`)
    if (result !== '?') chain.conclude(`s${index}`, result === 'ok')
  })
  return chain
}

const CASES: readonly { base: string; steps: string[]; final: string; fault?: RegExp }[] = [
  { base: '-', steps: [], final: '-' },
  { base: 'a', steps: [], final: 'a' },
  { base: '-', steps: ['->a ok'], final: 'a' },
  { base: '-', steps: ['->a ?'], final: 'a' },
  { base: '-', steps: ['->a ?'], final: '-' },
  { base: '-', steps: ['->a ok', '->b no'], final: 'a' },
  { base: '-', steps: ['->a ?', '->b no'], final: 'a' },
  { base: 'a', steps: ['a>b ok', 'b>c ok'], final: 'c' },
  { base: 'a', steps: ['a>b ok', 'b>c ?'], final: 'b' },
  { base: 'a', steps: ['a>b ok', 'b>c ?'], final: 'c' },
  { base: 'a', steps: ['a>- ok', '->b ok'], final: 'b' },
  { base: 'a', steps: ['a>- ?', '->b ok'], final: 'b' },
  { base: 'a', steps: ['a>- ?', '->b ok', 'b>- ok'], final: '-' },

  { base: '-', steps: ['->a ok'], final: '-', fault: /nobody replaced 1 bytes of a/ },
  { base: 'a', steps: [], final: '-', fault: /nobody replaced/ },
  { base: 'a', steps: [], final: 'x', fault: /nobody wrote/ },
  { base: 'a', steps: ['a>b no'], final: 'b', fault: /nobody wrote/ },
  { base: 'a', steps: ['a>b ok'], final: 'a', fault: /which s0 had replaced/ },
  { base: '-', steps: ['->a ok', '->b ok'], final: 'b', fault: /s0, s1 all created/ },
  { base: 'a', steps: ['->b ok'], final: 'b', fault: /all created/ },
  { base: 'a', steps: ['a>b ok', 'a>c ok'], final: 'c', fault: /s0 and s1 both replaced version e-a/ },
  { base: 'a', steps: ['a>b ok', 'b>- ok'], final: 'b', fault: /had replaced/ },
  { base: '-', steps: ['->a ?', '->b no'], final: '-', fault: /s1 was refused because it existed/ },
]

for (const { base, steps, final, fault } of CASES) {
  test(`from ${base}, [${steps.join(', ')}], ${final} is ${fault === undefined ? 'legal' : 'a violation'}`, () => {
    const faults = chainOf(base, steps).faults(final === '-' ? null : version(final))
    if (fault === undefined) assert.deepEqual(faults, [])
    else assert.match(faults.join('\n'), fault)
  })
}
