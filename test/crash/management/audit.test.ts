import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CrashedScene } from '../feature.ts'
import type { Asked } from '../scenes.ts'
import type { Item, World } from '../world.ts'
import { auditFaults } from './audit.ts'
import { gone } from './records.ts'

const record = (value: string): Item => ({ is: 'record', by: '', value, works: '' })
const [before, after, half]: readonly World[] = [{ k: [gone()] }, { k: [record('new')] }, { k: [record('half')] }]
const possible = [before!, half!, after!]

const answered = (action: string, outcome = 'done', requestId = `request ${action}`): Asked => ({
  action,
  answered: { requestId, outcome },
})
const unanswered = (action: string): Asked => ({ action, answered: undefined })

/** `A begun`, by a request that is named for the action. */
const entries = (...lines: readonly string[]) =>
  lines.map((line, index) => {
    const [action = '', outcome = '', request_id = `request ${action}`] = line.split(' ')
    return { seq: 10 + index, action, outcome, request_id }
  })

interface Case {
  what: string
  log: readonly string[]
  scene: Partial<Omit<CrashedScene, 'writer'>>
  says?: RegExp
}

const cases: readonly Case[] = [
  { what: 'nothing', log: [], scene: {} },
  {
    what: 'all that was answered',
    log: ['A begun', 'A done', 'B begun', 'B done'],
    scene: { asked: [answered('A'), answered('B')] },
  },
  { what: 'a refusal', log: ['A begun', 'A NoSuchEntity'], scene: { asked: [answered('A', 'NoSuchEntity')] } },
  { what: 'what never came', log: [], scene: { asked: [unanswered('A')], possible, found: before! } },
  {
    what: 'what was begun, and not done',
    log: ['A begun'],
    scene: { asked: [unanswered('A')], possible, found: before! },
  },
  { what: 'what was begun, and done', log: ['A begun'], scene: { asked: [unanswered('A')], possible, found: after! } },
  {
    what: 'what was begun, and done in part',
    log: ['A begun'],
    scene: { asked: [unanswered('A')], possible, found: half! },
  },
  {
    what: 'what is done and not answered',
    log: ['A begun', 'A done'],
    scene: { asked: [unanswered('A')], possible, found: after! },
  },
  {
    what: 'what was refused and not answered',
    log: ['A begun', 'A Conflict'],
    scene: { asked: [unanswered('A')], possible, found: before! },
  },
  { what: 'an answer without an end', log: ['A begun'], scene: { asked: [answered('A')] }, says: /lacks done of A/ },
  { what: 'an answer of which there is nothing', log: [], scene: { asked: [answered('A')] }, says: /lacks begun of A/ },
  {
    what: 'an answer of another outcome',
    log: ['A begun', 'A done'],
    scene: { asked: [answered('A', 'NoSuchEntity')] },
    says: /lacks NoSuchEntity of A/,
  },
  {
    what: 'the wrong order',
    log: ['B begun', 'B done', 'A begun', 'A done'],
    scene: { asked: [answered('A'), answered('B')] },
    says: /lacks begun of A/,
  },
  {
    what: 'another request',
    log: ['A begun', 'A done'],
    scene: { asked: [answered('A', 'done', 'mine')] },
    says: /by another request/,
  },
  {
    what: 'what nobody asked for',
    log: ['A begun', 'A done'],
    scene: {},
    says: /A begun as number 10, which nobody asked for/,
  },
  {
    what: 'a change without an entry',
    log: [],
    scene: { asked: [unanswered('A')], possible, found: after! },
    says: /of which the audit log knows nothing/,
  },
  {
    what: 'half a change without an entry',
    log: [],
    scene: { asked: [unanswered('A')], possible, found: half! },
    says: /of which the audit log knows nothing/,
  },
  {
    what: 'done that is not',
    log: ['A begun', 'A done'],
    scene: { asked: [unanswered('A')], possible, found: before! },
    says: /says done of A, but it is not done/,
  },
  {
    what: 'done that is so in part',
    log: ['A begun', 'A done'],
    scene: { asked: [unanswered('A')], possible, found: half! },
    says: /says done of A, but it is not done/,
  },
  {
    what: 'a refusal that is done',
    log: ['A begun', 'A Conflict'],
    scene: { asked: [unanswered('A')], possible, found: after! },
    says: /says Conflict of A, but it is nevertheless done/,
  },
]

for (const { what, log, scene, says } of cases) {
  test(`an audit log of ${what} is ${says === undefined ? 'right' : 'found out'}`, () => {
    const faults = auditFaults(entries(...log), { asked: [], possible: [{}], found: {}, ...scene })
    if (says === undefined) assert.deepEqual(faults, [])
    else assert.match(faults.join('\n'), says)
  })
}
