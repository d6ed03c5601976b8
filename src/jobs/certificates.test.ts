import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AcmeFault, AcmeIssuer } from '../sites/acme.ts'
import type { VerifiedDomain } from '../sites/domains.ts'
import { accountB, claim, dayMs, makeBed, makePair, verified, type PairOptions } from '../sites/test-bed.ts'
import { certificatesJob } from './certificates.ts'

const hourMs = 3_600_000
const { signal } = new AbortController()
const fault = (scope: 'domain' | 'authority', retryAfterMs?: number) => new AcmeFault(scope, 'no', { retryAfterMs })

/** With an authority whose answers the test chooses. */
function begin() {
  const bed = makeBed()
  const acme = new AcmeIssuer({
    ...bed,
    settings: { directoryUrl: 'https://127.0.0.1:1/', termsOfServiceAgreed: true },
  })
  const ordered: string[] = []
  const authority: { answer: (domain: VerifiedDomain) => Promise<boolean> } = { answer: issue }
  let renewals = 0

  async function issue(domain: VerifiedDomain, options: PairOptions = {}): Promise<boolean> {
    const [notBefore, notAfter] = [bed.clock.ms, bed.clock.ms + 90 * dayMs]
    return bed.certificates.keepIssued(domain, await makePair([domain.name], { notBefore, notAfter, ...options }))
  }
  const job = certificatesJob({
    ...bed,
    issuer: {
      issue: (domain) => (ordered.push(domain.name), authority.answer(domain)),
      pausedUntil: () => acme.pausedUntil(),
      pause: (pause) => acme.pause(pause),
      sweep: () => acme.sweep(),
    },
    selfSigned: {
      renew: async () => {
        renewals++
        return false
      },
    },
  })
  const run = async (aborting: AbortSignal = signal): Promise<string[]> => {
    while ((await job.work(aborting)) === 'busy');
    return ordered.splice(0)
  }
  const stateOf = async (id: string) => (await bed.domains.get(id))!.certificate
  return { bed, acme, authority, run, job, issue, stateOf, renewals: () => renewals }
}

test('one domain is seen to in each piece, the verified ones alone, in order', async () => {
  const { bed, run, job } = begin()
  for (const name of ['b.example.com', 'a.example.com']) await verified(bed, name)
  await claim(bed, 'c.example.com')
  assert.equal(await job.work(signal), 'busy')
  assert.equal((await bed.certificates.list({ limit: 9 })).length, 1)
  assert.deepEqual(await run(), ['a.example.com', 'b.example.com'])
  assert.deepEqual(await run(), [])
})

test('more domains than one page are all seen to', async () => {
  const { bed, authority, run } = begin()
  authority.answer = async () => true
  for (let index = 0; index < 120; index++)
    await verified(bed, `d${index}.example.com`, index < 60 ? undefined : accountB)
  assert.equal(new Set(await run()).size, 120)
})

test('a domain that becomes verified, or loses its certificate, is seen to at once', async () => {
  const { bed, run } = begin()
  await run()
  const domain = await verified(bed)
  assert.deepEqual(await run(), [domain.name])
  await bed.certificates.delete(domain)
  assert.deepEqual(await run(), [domain.name])
})

test('an uploaded certificate is the owner’s to renew, expired or not', async () => {
  const { bed, run } = begin()
  const domain = await verified(bed)
  await bed.certificates.upload(domain, await makePair([domain.name]))
  bed.clock.ms += 365 * dayMs
  assert.deepEqual(await run(), [])
})

describe('a certificate is renewed', () => {
  for (const [lifetimeDays, leftDays] of [
    [90, 30],
    [365, 30],
    [6, 2],
    [30, 10],
  ] as const) {
    test(`of ${lifetimeDays} days when ${leftDays} are left`, async () => {
      const { bed, authority, issue, run, stateOf } = begin()
      authority.answer = (domain) =>
        issue(domain, { notBefore: bed.clock.ms, notAfter: bed.clock.ms + lifetimeDays * dayMs })
      const domain = await verified(bed)
      await run()
      bed.clock.ms += (lifetimeDays - leftDays) * dayMs
      assert.deepEqual(await run(), [])
      bed.clock.ms += 61_000
      assert.deepEqual(await run(), [domain.name])
      assert.deepEqual(await stateOf(domain.id), { state: 'acme', notAfter: bed.clock.ms + lifetimeDays * dayMs })
    })
  }

  test('and stays in use, with the reason told, while that fails', async () => {
    const { bed, authority, run, stateOf } = begin()
    const domain = await verified(bed)
    await run()
    const { notAfter } = await stateOf(domain.id)
    bed.clock.ms = notAfter! - dayMs
    authority.answer = () => Promise.reject(fault('domain'))
    await run()
    assert.deepEqual(await stateOf(domain.id), {
      state: 'acme',
      notAfter,
      reason: 'no',
      retryAt: bed.clock.ms + hourMs,
    })
  })
})

describe('what fails', () => {
  test('is tried again after 1, 2, 4, 8, 16 and 24 hours, and from the beginning after a success', async () => {
    const { bed, authority, issue, run, stateOf } = begin()
    const domain = await verified(bed)
    authority.answer = () => Promise.reject(fault('domain'))
    for (const hours of [1, 2, 4, 8, 16, 24, 24, 24]) {
      assert.deepEqual(await run(), [domain.name])
      assert.deepEqual(await stateOf(domain.id), {
        state: 'failed',
        reason: 'no',
        retryAt: bed.clock.ms + hours * hourMs,
      })
      // All domains are looked at once a minute.
      bed.clock.ms += hours * hourMs - 60_000
      assert.deepEqual(await run(), [])
      bed.clock.ms += 60_000
    }
    authority.answer = issue
    await run()
    assert.equal((await stateOf(domain.id)).state, 'acme')
    await bed.certificates.delete(domain)
    authority.answer = () => Promise.reject(fault('domain'))
    await run()
    assert.equal((await stateOf(domain.id)).retryAt, bed.clock.ms + hourMs)
  })

  test('for one domain does not hold up the others', async () => {
    const { bed, authority, issue, run } = begin()
    for (const name of ['a.example.com', 'b.example.com']) await verified(bed, name)
    authority.answer = (domain) => (domain.name.startsWith('a') ? Promise.reject(fault('domain')) : issue(domain))
    await run()
    assert.ok(await bed.certificates.get('b.example.com'))
  })

  test('with the authority pauses all, longer each time, over restarts too', async () => {
    const { bed, acme, authority, issue, run } = begin()
    for (const name of ['a.example.com', 'b.example.com']) await verified(bed, name)
    authority.answer = () => Promise.reject(fault('authority'))
    assert.deepEqual(await run(), ['a.example.com'])
    assert.equal(await acme.pausedUntil(), bed.clock.ms + hourMs)
    bed.clock.ms += hourMs + 60_000
    assert.equal((await run()).length, 1)
    assert.equal(await acme.pausedUntil(), bed.clock.ms + 2 * hourMs)
    bed.clock.ms += 2 * hourMs + 60_000
    authority.answer = issue
    // The walk that was broken off ends first.
    assert.deepEqual([...(await run()), ...(await run())], ['a.example.com', 'b.example.com'])
    assert.equal(await acme.pausedUntil(), 0)
  })

  test('waits as long as the authority asks for, but a week at most', async () => {
    const { bed, authority, run, stateOf } = begin()
    const domain = await verified(bed)
    authority.answer = () => Promise.reject(fault('domain', 5 * hourMs))
    await run()
    assert.equal((await stateOf(domain.id)).retryAt, bed.clock.ms + 5 * hourMs)
    bed.clock.ms += 5 * hourMs
    authority.answer = () => Promise.reject(fault('domain', 1000 * dayMs))
    await run()
    assert.equal((await stateOf(domain.id)).retryAt, bed.clock.ms + 7 * dayMs)
  })

  test('by a bug is passed on, not tried again at once, and its text is kept from the owner', async () => {
    const { bed, authority, job, run, stateOf } = begin()
    const domain = await verified(bed)
    authority.answer = () => Promise.reject(new TypeError('x is undefined'))
    await assert.rejects(job.work(signal), /x is undefined/)
    assert.equal((await stateOf(domain.id)).reason, 'An internal error occurred.')
    assert.deepEqual(await run(), [domain.name])
    assert.deepEqual(await run(), [])
  })

  test('by the end of the process in the midst of it is not tried again at once', async () => {
    const { bed, authority, stateOf, job } = begin()
    const domain = await verified(bed)
    authority.answer = () => new Promise(() => undefined)
    void job.work(signal)
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal((await stateOf(domain.id)).state, 'pending')
    const again: string[] = []
    const next = certificatesJob({
      ...bed,
      issuer: {
        issue: async ({ name }) => (again.push(name), true),
        pausedUntil: async () => 0,
        pause: async () => undefined,
        sweep: async () => undefined,
      },
    })
    while ((await next.work(signal)) === 'busy');
    assert.deepEqual(again, [])
  })

  test('because the server stops leaves no trace', async () => {
    const { bed, authority, run, stateOf } = begin()
    const domain = await verified(bed)
    const stopping = new AbortController()
    authority.answer = async () => {
      stopping.abort()
      throw fault('domain')
    }
    await run(stopping.signal)
    assert.deepEqual(await stateOf(domain.id), { state: 'none' })
  })
})

test('a domain deleted while it is ordered for gets nothing', async () => {
  const { bed, authority, issue, run } = begin()
  const domain = await verified(bed)
  authority.answer = async (ordered) => {
    await bed.domains.delete(domain.id)
    return issue(ordered)
  }
  await run()
  assert.deepEqual(await bed.certificates.list({ limit: 9 }), [])
  assert.equal(await bed.domains.get(domain.id), undefined)
})

test('the deployment’s own certificate is looked at once a day', async () => {
  const { bed, run, renewals } = begin()
  for (const [ms, expected] of [
    [0, 1],
    [dayMs - 1, 1],
    [1, 2],
  ] as const) {
    bed.clock.ms += ms
    await run()
    assert.equal(renewals(), expected)
  }
})

test('without an authority nothing is done', async () => {
  const bed = makeBed()
  await verified(bed)
  assert.equal(await certificatesJob({ ...bed }).work(signal), 'idle')
})
