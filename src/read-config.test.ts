import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { settings } from './config.ts'
import type { Config } from './config.ts'
import { readConfig } from './read-config.ts'
import type { ConfigSources } from './read-config.ts'

const folder = '/work'
const goodSecret = 'a-good-secret-of-ours-01'

type Given = Partial<Omit<ConfigSources, 'file'>> & { file?: unknown; readableByOthers?: boolean }

const read = ({ env = {}, flags = {}, file, readableByOthers = false }: Given) =>
  readConfig({
    env,
    flags,
    folder,
    file:
      file === undefined
        ? undefined
        : {
            path: '/etc/e/entrepot.json',
            text: typeof file === 'string' ? file : JSON.stringify(file),
            readableByOthers,
          },
  })

function good(given: Given): Config {
  const result = read(given)
  assert.ok(result.ok, JSON.stringify(result))
  return result.config
}

function faults(given: Given): readonly string[] {
  const result = read(given)
  assert.ok(!result.ok, 'it was accepted')
  return result.faults
}

test('nothing set gives the defaults', () => {
  const config = good({})
  assert.equal(config.data, '/work/data')
  assert.equal(config.masterKeyFile, '/work/data/keys/master.key')
  assert.deepEqual(config.s3Listen, { host: '127.0.0.1', port: 9000 })
  assert.deepEqual(config.adminListen, { host: '127.0.0.1', port: 9001 })
  assert.equal(config.region, 'us-east-1')
  assert.equal(config.firstKey, undefined)
  assert.equal(config.skewSeconds, 900)
  assert.deepEqual(config.trustedProxies, [])
})

test('a flag wins over the environment, that over the file, that over the default', () => {
  const sources = { flags: { region: 'flag' }, env: { ENTREPOT_REGION: 'env' }, file: { region: 'file' } }
  assert.equal(good(sources).region, 'flag')
  assert.equal(good({ ...sources, flags: {} }).region, 'env')
  assert.equal(good({ file: sources.file }).region, 'file')
})

test('relative paths start from the working folder, and in the file from the folder of the file', () => {
  assert.equal(good({ env: { ENTREPOT_DATA: 'x' } }).data, '/work/x')
  assert.equal(good({ file: { data: 'x' } }).data, '/etc/e/x')
  assert.equal(good({ file: { data: '/abs' } }).masterKeyFile, '/abs/keys/master.key')
})

test('lists are written with commas, or as JSON lists in the file', () => {
  assert.deepEqual(good({ env: { ENTREPOT_DOMAIN: 'S3.Example.com, localhost,' } }).domains, [
    's3.example.com',
    'localhost',
  ])
  assert.deepEqual(good({ env: { ENTREPOT_DOMAIN: '' } }).domains, [])
  assert.deepEqual(good({ file: { trustedProxies: ['10.0.0.0/8', '::1'] } }).trustedProxies, ['10.0.0.0/8', '::1/128'])
  assert.deepEqual(
    good({ env: { ENTREPOT_PUBLIC_ORIGINS: 'https://S3.example.com:443/store/,http://10.0.0.1:8080' } }).publicOrigins,
    [
      { secure: true, host: 's3.example.com', prefix: '/store' },
      { secure: false, host: '10.0.0.1:8080', prefix: '' },
    ],
  )
})

test('numbers and booleans may be JSON in the file', () => {
  const config = good({ file: { httpThreads: 2, sigV2Query: false, bodyRateMin: '4KiB', allowPlaintext: true } })
  assert.deepEqual(
    [config.httpThreads, config.sigV2Query, config.bodyRateMin, config.allowPlaintext],
    [2, false, 4096, true],
  )
})

test('the first key is chosen by its id and secret together, and is redacted', () => {
  const config = good({ env: { ENTREPOT_ACCESS_KEY: 'media', ENTREPOT_SECRET_KEY: goodSecret } })
  assert.equal(config.firstKey?.accessKeyId, 'media')
  assert.equal(config.firstKey?.secretAccessKey.reveal(), goodSecret)
  assert.ok(!JSON.stringify(config).includes(goodSecret))
})

const badValues: [name: string, env: Record<string, string>, expected: RegExp][] = [
  [
    'port alone',
    { ENTREPOT_S3_LISTEN: '9000' },
    /^ENTREPOT_S3_LISTEN is "9000"; write host:port, such as 127\.0\.0\.1:9000\.$/,
  ],
  ['no host', { ENTREPOT_S3_LISTEN: ':9000' }, /for every interface write 0\.0\.0\.0:9000/],
  ['port too high', { ENTREPOT_S3_LISTEN: '127.0.0.1:65536' }, /the highest is 65535/],
  ['bad IPv4 address', { ENTREPOT_S3_LISTEN: '127.0.0.256:1' }, /write host:port/],
  ['bad IPv6 address', { ENTREPOT_S3_LISTEN: '[::z]:1' }, /write host:port/],
  ['empty region', { ENTREPOT_REGION: '' }, /region name/],
  ['region with a space', { ENTREPOT_REGION: 'us east' }, /region name/],
  ['domain with a port', { ENTREPOT_DOMAIN: 's3.example.com:9000' }, /without scheme and port/],
  ['domain that is an address', { ENTREPOT_DOMAIN: '10.0.0.1' }, /domain name/],
  ['origin without scheme', { ENTREPOT_PUBLIC_ORIGINS: 's3.example.com' }, /write a URL/],
  ['origin with a query', { ENTREPOT_PUBLIC_ORIGINS: 'https://a/?b' }, /only scheme, host, port and path/],
  ['content without scheme', { ENTREPOT_CONTENT_URL: 'content.example.com' }, /write a URL/],
  ['content with a path', { ENTREPOT_CONTENT_URL: 'https://content.example.com/x' }, /only scheme, host and port/],
  ['content with credentials', { ENTREPOT_CONTENT_URL: 'https://a:b@content.example.com' }, /write a URL/],
  [
    "content on the console's host",
    { ENTREPOT_DOMAIN: 'a.test,example.com', ENTREPOT_CONTENT_URL: 'https://Console.example.com:8443/' },
    /contentUrl \(ENTREPOT_CONTENT_URL\) is on console\.example\.com, where the console/,
  ],
  ['proxy that is a name', { ENTREPOT_TRUSTED_PROXIES: 'proxy' }, /an address or a network/],
  ['network too long', { ENTREPOT_TRUSTED_PROXIES: '10.0.0.0/33' }, /an address or a network/],
  ['no number', { ENTREPOT_HTTP_THREADS: 'two' }, /whole number from 1 to 64/],
  ['number too high', { ENTREPOT_HTTP_THREADS: '65' }, /whole number from 1 to 64/],
  ['negative number', { ENTREPOT_SKEW_SECONDS: '-1' }, /whole number/],
  ['no boolean', { ENTREPOT_SIG_V2_QUERY: 'maybe' }, /true or false/],
  ['no level', { ENTREPOT_LOG_LEVEL: 'loud' }, /one of debug, info/],
  ['bytes with a bad unit', { ENTREPOT_BODY_RATE_MIN: '1KB' }, /number of bytes/],
  ['empty path', { ENTREPOT_DATA: '' }, /write a path/],
  ['misspelt name', { ENTREPOT_REGOIN: 'x' }, /^ENTREPOT_REGOIN is not a setting; did you mean ENTREPOT_REGION\?$/],
  ['id without secret', { ENTREPOT_ACCESS_KEY: 'media' }, /set without secretKey \(ENTREPOT_SECRET_KEY\)/],
  ['secret without id', { ENTREPOT_SECRET_KEY: goodSecret }, /set without accessKey/],
  [
    'id that is the secret',
    { ENTREPOT_ACCESS_KEY: goodSecret, ENTREPOT_SECRET_KEY: goodSecret },
    /same as the access key id/,
  ],
  ['id with a slash', { ENTREPOT_ACCESS_KEY: 'a/b/c', ENTREPOT_SECRET_KEY: goodSecret }, /3 to 128 letters/],
  [
    'two master keys',
    {
      ENTREPOT_MASTER_KEY: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      ENTREPOT_MASTER_KEY_FILE: 'x',
    },
    /both set/,
  ],
  ['no profile', { ENTREPOT_PROFILE: 'minio' }, /one of aws, qencode, selectel, kontenum/],
  [
    'no toggle',
    { ENTREPOT_TOGGLES: 'sig.v2.heade=off' },
    /sig\.v2\.heade is no toggle; did you mean sig\.v2\.header\?/,
  ],
  ['no value of the toggle', { ENTREPOT_TOGGLES: 'http=perhaps' }, /http is "perhaps"; write one of allow, local/],
  ['a toggle without a value', { ENTREPOT_TOGGLES: 'http' }, /write name=value/],
  ['a toggle twice', { ENTREPOT_TOGGLES: 'http=deny,http=allow' }, /has http more than once/],
  ['toggles of no object', { ENTREPOT_TOGGLES: '{"http":' }, /not valid JSON/],
  ['a toggle and its own setting', { ENTREPOT_TOGGLES: 'acl=full', ENTREPOT_ACL: 'full' }, /both set/],
  ['listeners that are no list', { ENTREPOT_S3_LISTENERS: '{}' }, /JSON list of objects/],
  ['a listener that listens nowhere', { ENTREPOT_S3_LISTENERS: '[{"profile":"aws"}]' }, /without listen/],
  ['a listener with a member too many', { ENTREPOT_S3_LISTENERS: '[{"listen":"a:1","port":2}]' }, /none of listen/],
  [
    'a listener of no region',
    { ENTREPOT_S3_LISTENERS: '[{"listen":"127.0.0.1:1","region":"x"}]' },
    /which there is not/,
  ],
  [
    'a listener on a port that is taken',
    { ENTREPOT_S3_LISTENERS: '[{"listen":"127.0.0.1:9000"}]' },
    /give them two ports/,
  ],
  ['a listener that others reach', { ENTREPOT_S3_LISTENERS: '[{"listen":"0.0.0.0:1"}]' }, /allow-plaintext/],
  ['a region without a name', { ENTREPOT_REGIONS: '[{"aliases":[]}]' }, /without name/],
  ['a region twice', { ENTREPOT_REGIONS: '[{"name":"us-east-1"}]' }, /the region us-east-1 is there twice/],
  [
    'an alias that is a region',
    { ENTREPOT_REGIONS: '[{"name":"us-west","aliases":["w"]},{"name":"w"}]' },
    /the region w is there twice/,
  ],
  [
    'a folder for two regions',
    { ENTREPOT_REGIONS: '[{"name":"a1","data":"/x"},{"name":"b1","data":"/x"}]' },
    /the folder \/x is there twice/,
  ],
  ['one port for two listeners', { ENTREPOT_ADMIN_LISTEN: '127.0.0.1:9000' }, /give them two ports/],
]

for (const [name, env, expected] of badValues) {
  test(`refused with one sentence: ${name}`, () => {
    const found = faults({ env })
    assert.equal(found.length, 1, found.join('\n'))
    assert.match(found[0]!, expected)
  })
}

test('all faults are reported at once', () => {
  const found = faults({
    env: { ENTREPOT_S3_LISTEN: 'x', ENTREPOT_REGOIN: '1' },
    flags: { httpThreads: '0' },
    file: { regoin: 'x', data: 7, logLevel: {} },
  })
  assert.equal(found.length, 5, found.join('\n'))
})

test('a variable that is like no setting is passed over with a warning', () => {
  const result = readConfig({ env: { ENTREPOT_NONSENSE_AT_ALL: '1' }, file: undefined, flags: {}, folder: '/' })
  assert.ok(result.ok)
  assert.deepEqual(result.warnings, ['ENTREPOT_NONSENSE_AT_ALL is not a setting of this version; it is passed over.'])
})

test('a file that is no JSON object is refused, and what stands in it is not repeated', () => {
  for (const file of ['{"secretKey": "hunter2hunter2" x}', '[]', '', 'null', '"hunter2"']) {
    const found = faults({ file })
    assert.match(found.join(), /^\/etc\/e\/entrepot\.json (?:is not valid JSON|must hold one JSON object)/)
    assert.ok(!found.join().includes('hunter2'))
  }
})

test('names of Object.prototype are no settings', () => {
  assert.match(
    faults({ file: '{"__proto__": {"region": "x"}, "constructor": "y"}' }).join(),
    /"__proto__" is not a setting.*"constructor"/,
  )
})

test('a secret in a file that others can read is refused', () => {
  const file = { accessKey: 'media', secretKey: goodSecret }
  assert.match(faults({ file, readableByOthers: true }).join(), /chmod 600/)
  assert.equal(good({ file }).firstKey?.accessKeyId, 'media')
})

test('variables that Kubernetes sets for a service called entrepot are let be', () => {
  good({
    env: {
      ENTREPOT_SERVICE_HOST: '10.0.0.1',
      ENTREPOT_SERVICE_PORT: '9000',
      ENTREPOT_SERVICE_PORT_S3: '9000',
      ENTREPOT_PORT: 'tcp://10.0.0.1:9000',
      ENTREPOT_PORT_9000_TCP_ADDR: '10.0.0.1',
      ENTREPOT_S3_SERVICE_HOST: '10.0.0.1',
      ENTREPOT_TEST_ENDPOINT: 'x',
    },
  })
})

test('plain HTTP beyond this machine needs allowPlaintext', () => {
  for (const host of ['0.0.0.0', '[::]', '192.168.1.2', 'files.example.com']) {
    assert.match(faults({ env: { ENTREPOT_S3_LISTEN: `${host}:9000` } }).join(), /plain HTTP.*--allow-plaintext/)
    assert.match(faults({ env: { ENTREPOT_ADMIN_LISTEN: `${host}:9001` } }).join(), /adminListen.*plain HTTP/)
    good({ env: { ENTREPOT_S3_LISTEN: `${host}:9000`, ENTREPOT_ALLOW_PLAINTEXT: 'true' } })
  }
  for (const host of ['127.0.0.1', '127.9.9.9', '[::1]', 'localhost', 'LOCALHOST']) {
    good({ env: { ENTREPOT_S3_LISTEN: `${host}:9000` } })
  }
})

test('no two settings share a name in the environment or a flag', () => {
  const all = Object.values(settings)
  assert.equal(new Set(all.map(({ environment }) => environment)).size, all.length)
  const flags = all.flatMap(({ flag }) => (flag === undefined ? [] : [flag.split(' ')[0]]))
  assert.equal(new Set(flags).size, flags.length)
})

test('whatever is written, it is read or refused in full sentences, never thrown', () => {
  const names = Object.keys(settings)
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string(), { maxLength: 3 }),
  )
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...names), value),
      fc.dictionary(fc.constantFrom(...names), fc.string()),
      (file, env) => {
        const variables = Object.entries(env).map(([name, text]) => [
          settings[name as keyof typeof settings].environment,
          text,
        ])
        const result = read({ file, env: Object.fromEntries(variables) as Record<string, string> })
        if (!result.ok) for (const fault of result.faults) assert.match(fault, /[.?]$/)
      },
    ),
    { numRuns: 300 },
  )
})

test('toggles, listeners and regions are the same as JSON in the file and as a text', () => {
  const toggles = { 'sig.v2.header': 'off', 'keys.maxActive': 2 }
  const s3Listeners = [{ listen: '127.0.0.1:9010', profile: 'qencode', toggles: { http: 'allow' }, region: 'us-west' }]
  const regions = [{ name: 'us-west', aliases: ['west'], domains: ['west.example.com'], data: 'west' }]
  const fromFile = good({ file: { toggles, s3Listeners, regions } })
  const fromText = good({
    env: {
      ENTREPOT_TOGGLES: 'sig.v2.header = off, keys.maxActive=2',
      ENTREPOT_S3_LISTENERS: JSON.stringify(s3Listeners),
      ENTREPOT_REGIONS: JSON.stringify(regions),
    },
  })
  assert.deepEqual(fromFile.toggles, toggles)
  assert.deepEqual(fromText.toggles, toggles)
  assert.deepEqual(fromFile.s3Listeners[0]?.listen, { host: '127.0.0.1', port: 9010 })
  assert.deepEqual(fromText.s3Listeners, fromFile.s3Listeners)
  assert.match(fromFile.regions[0]?.data ?? '', /^\/.*west$/)
  assert.deepEqual(fromText.regions[0]?.aliases, ['west'])
})
