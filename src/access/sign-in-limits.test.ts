import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import fc from 'fast-check'
import type { ApiError } from '../base/errors.ts'
import { keyspace } from '../metadata/keyspace.ts'
import { addressLimit, networkOf, SignInLimits, userLimit, type Attempt, type Claimant } from './sign-in-limits.ts'
import { makeAccess, start, type Access } from './test-bed.ts'

const minute = 60_000

let access: Access
beforeEach(() => {
  access = makeAccess()
})

const anna: Claimant = { account: 'video', user: 'anna', address: '192.0.2.1' }
/** Each time from another address. */
let addresses = 0
const elsewhere = (claimant: Claimant): Claimant => ({
  ...claimant,
  address: `10.0.${++addresses >> 8}.${addresses & 255}`,
})
/** Each time as another user. */
let names = 0
const somebody = (address: string): Claimant => ({ account: 'video', user: `u${++names}`, address })

const tooMany = (seconds: number) => (error: ApiError) => {
  assert.deepEqual([error.code, error.status], ['TooManyRequests', 429])
  assert.equal(error.headers['retry-after'], String(seconds))
  assert.match(error.message, new RegExp(`in ${seconds} seconds`))
  return true
}
const recordsLeft = (): number =>
  access.store.records.scan(Buffer.of(keyspace.signInFailures), Buffer.of(keyspace.signInFailures + 1), { limit: 1e5 })
    .length

test('the sixth failure of a user within a quarter of an hour is refused, wherever it comes from', async () => {
  for (let index = 0; index < 5; index++) {
    access.time.now = start + index * minute
    await access.limits.check(elsewhere(anna))
  }
  await assert.rejects(access.limits.check(elsewhere(anna)), tooMany(11 * 60))
  access.time.now = start + 15 * minute - 1
  await assert.rejects(access.limits.check(elsewhere(anna)), tooMany(1))
  access.time.now = start + 15 * minute
  await access.limits.check(elsewhere(anna))
  await assert.rejects(access.limits.check(elsewhere(anna)), tooMany(60))
})

test('the 21st failure from an address within a minute is refused, whomever it is for', async () => {
  for (let index = 0; index < 20; index++) {
    access.time.now = start + index * 1000
    await access.limits.check(somebody('192.0.2.1'))
  }
  await assert.rejects(access.limits.check(somebody('192.0.2.1')), tooMany(41))
  await access.limits.check(somebody('192.0.2.2'))
  access.time.now = start + minute
  await access.limits.check(somebody('192.0.2.1'))
})

test('names count alike in any case, and apart in another account', async () => {
  for (const user of ['anna', 'Anna', 'ANNA', 'aNNa', 'annA']) await access.limits.check(elsewhere({ ...anna, user }))
  await assert.rejects(access.limits.check(elsewhere(anna)), tooMany(900))
  await access.limits.check(elsewhere({ ...anna, account: 'other' }))
  await access.limits.check(elsewhere({ ...anna, user: 'bert' }))
  await access.limits.check(elsewhere({ account: 'video\0an', user: 'na', address: '' }))
})

const sameNetwork: [a: string, b: string, same: boolean][] = [
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
  ['2001:db8:1:2::1', '2001:0DB8:0001:0002:0:0:0:9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:db8::1', '2001:db8:0:0:5::', true],
  ['::1', '::2', true],
  ['::1', '0:0:0:1::', false],
  ['1::', '1:0:0:0:1:2:3:4', true],
  ['1:2:3:4:5:6:7::', '1:2:3:4::9', true],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201', true],
  ['fe80::1%eth0', 'fe80::2%eth1', true],
  ['192.0.2.1', '192.0.2.2', false],
  ['', 'x', false],
]
for (const [a, b, same] of sameNetwork) {
  test(`${a} and ${b} count ${same ? 'as one' : 'apart'}`, async () => {
    for (let index = 0; index < 20; index++) await access.limits.check(somebody(a))
    const another = access.limits.check(somebody(b))
    if (same) await assert.rejects(another, tooMany(60))
    else await another
  })
}

test('a network is named by its first 64 bits', () => {
  assert.equal(networkOf('2001:db8::1'), '2001:db8:0:0::/64')
  assert.equal(networkOf('::'), '0:0:0:0::/64')
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1')
})

test('however many attempts are made at once, five get through', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => access.limits.check(elsewhere(anna))))
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, userLimit.failuresMax)
  const others = await Promise.allSettled(Array.from({ length: 40 }, () => access.limits.check(somebody('192.0.2.9'))))
  assert.equal(others.filter(({ status }) => status === 'fulfilled').length, addressLimit.failuresMax)
})

test('a success takes back the failures of its user, and of its address itself alone', async () => {
  for (let round = 0; round < 5; round++) {
    for (let index = 0; index < 4; index++) await access.limits.check(anna)
    if (round < 4) await access.limits.succeeded(await access.limits.check(anna))
  }
  // Twenty failures in a minute are left on the address: who can sign in as somebody cannot thereby guess on.
  await assert.rejects(access.limits.check(somebody(anna.address)), tooMany(60))
  await access.limits.check(elsewhere(anna))
})

test('an abandoned attempt leaves no trace', async () => {
  const before = recordsLeft()
  await access.limits.abandoned(await access.limits.check(anna))
  assert.equal(recordsLeft(), before)
  for (let index = 0; index < 5; index++) await access.limits.check(anna)
  await assert.rejects(access.limits.check(anna))
})

test('an attempt that is refused does not count, so that the wait ends', async () => {
  for (let index = 0; index < 5; index++) await access.limits.check(anna)
  for (let index = 0; index < 100; index++) await assert.rejects(access.limits.check(anna), tooMany(900))
  access.time.now = start + 15 * minute
  await access.limits.check(anna)
})

test('the counts hold after a restart, and on other threads', async () => {
  for (let index = 0; index < 3; index++) await access.limits.check(anna)
  const restarted = makeAccess({ records: access.store.records })
  for (let index = 0; index < 2; index++) await restarted.limits.check(anna)
  await assert.rejects(new SignInLimits(restarted).check(anna), tooMany(900))
})

test('a clock that was set back makes nobody wait for longer than from now', async () => {
  for (let index = 0; index < 5; index++) await access.limits.check(anna)
  access.time.now = start - 365 * 24 * 60 * minute
  await assert.rejects(access.limits.check(anna), tooMany(900))
  access.time.now += 15 * minute
  await access.limits.check(anna)
})

test('records of the past are removed as others are made', async () => {
  for (let index = 0; index < 300; index++) await access.limits.check(somebody(`10.0.${index >> 8}.${index & 255}`))
  assert.equal(recordsLeft(), 600)
  access.time.now += 15 * minute
  for (let index = 0; index < 300; index++) await access.limits.check(somebody('192.0.2.1')).catch(() => undefined)
  assert.ok(recordsLeft() < 200, `${recordsLeft()} are left`)
})

test('nothing of what was typed is recorded', async () => {
  await access.limits.check({ account: 'video', user: 'my secret password', address: '192.0.2.1' })
  assert.equal(access.recorded().includes('secret'), false)
})

type Step =
  | { readonly kind: 'check'; readonly user: number; readonly address: number }
  | { readonly kind: 'succeeded' | 'abandoned'; readonly which: number }
  | { readonly kind: 'wait'; readonly time: number }

/** The same in the plainest way: a list of what counts. */
class NaiveLimits {
  #failures: { at: number; user?: number; address?: number; attempt: number }[] = []

  check(user: number, address: number, now: number, attempt: number): number {
    const ofUser = this.#failures.filter((each) => each.user === user && each.at > now - userLimit.span)
    const ofAddress = this.#failures.filter((each) => each.address === address && each.at > now - addressLimit.span)
    const waits = [
      ...(ofUser.length < 5 ? [] : [ofUser[ofUser.length - 5]!.at + userLimit.span - now]),
      ...(ofAddress.length < 20 ? [] : [ofAddress[ofAddress.length - 20]!.at + addressLimit.span - now]),
    ]
    if (waits.length > 0) return Math.ceil(Math.max(...waits) / 1000)
    this.#failures.push({ at: now, user, attempt }, { at: now, address, attempt })
    return 0
  }

  take(attempt: number, user: number, alsoOfUser: boolean): void {
    this.#failures = this.#failures.filter(
      (each) => each.attempt !== attempt && !(alsoOfUser && each.user === user && each.attempt !== attempt),
    )
  }
}

test('any sequence of attempts, successes and waits is judged as by a plain list', async () => {
  const step = fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('check' as const), user: fc.nat(4), address: fc.nat(1) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('succeeded' as const, 'abandoned' as const), which: fc.nat(9) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        time: fc.constantFrom(1, 999, 20_000, minute, 5 * minute, 15 * minute),
      }),
    },
  )
  const run = async (steps: Step[]): Promise<void> => {
    const { limits, time } = makeAccess()
    const naive = new NaiveLimits()
    const open: { attempt: Attempt; number: number; user: number }[] = []
    for (const [number, each] of steps.entries()) {
      // Times differ, so that it is clear which attempt is taken back.
      time.now++
      if (each.kind === 'wait') time.now += each.time
      else if (each.kind === 'check') {
        const wait = naive.check(each.user, each.address, time.now, number)
        const claimant = { account: 'video', user: `u${each.user}`, address: `192.0.2.${each.address}` }
        const checking = limits.check(claimant)
        if (wait > 0) await assert.rejects(checking, tooMany(wait))
        else open.push({ attempt: await checking, number, user: each.user })
      } else if (open.length > 0) {
        const [{ attempt, number: taken, user } = assert.fail()] = open.splice(each.which % open.length, 1)
        await limits[each.kind](attempt)
        naive.take(taken, user, each.kind === 'succeeded')
      }
    }
  }
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), run), { numRuns: 150 })
})
