/** `entrepot domains`: names of one's own under which buckets are delivered. */
import { Option, type Command } from 'commander'
import { CommandRefused, UsageFault } from './failure.ts'
import { readText } from './files.ts'
import { accountOption, listAll, manageOrder } from './manage.ts'
import { pairs, plain, table } from './text.ts'
import type { Conversation, Toolbox } from './toolbox.ts'

interface Domain {
  readonly id: string
  readonly domain_name: string
  readonly type: string
  readonly created: string
  readonly bucket: string | null
  readonly verified: string | null
  readonly verification: { readonly cname: string; readonly txt_name: string; readonly txt_value: string }
  readonly certificate: {
    readonly state: string
    readonly reason: string | null
    readonly retry: string | null
    readonly not_after: string | null
  }
}

export function addDomainCommands(program: Command, toolbox: Toolbox): void {
  const domains = program
    .command('domains')
    .summary('Create, verify and delete custom domains')
    .description(
      "A domain of your own shows one bucket at its root, or all of an account's buckets under their names. It has an effect once its DNS record is there and it is verified.",
    )
  addCreate(domains, toolbox)
  addList(domains, toolbox)
  addOrder(domains, toolbox, {
    name: 'show',
    operation: 'GetDomain',
    summary: 'Show a domain',
    description: 'Shows the domain, the DNS record that it wants, and the state of its certificate.',
    next: 'entrepot domains verify NAME',
    say: details,
  })
  addOrder(domains, toolbox, {
    name: 'verify',
    operation: 'VerifyDomain',
    summary: 'Look for the DNS record of a domain',
    description: 'Looks for the CNAME or TXT record of the domain. From then on it shows what it is for.',
    next: 'entrepot domains certificate NAME, where none is obtained by ACME',
    say: (domain) => `${domain.domain_name} is verified; it shows ${showsWhat(domain)} from now on.\n`,
  })
  addOrder(domains, toolbox, {
    name: 'delete',
    operation: 'DeleteDomain',
    summary: 'Delete a domain',
    description: 'Deletes the domain with its certificate. It shows nothing from now on.',
    next: 'entrepot domains list',
    say: (_domain, name) => `The domain ${plain(name)} is deleted.\n`,
  })
  addCertificate(domains, toolbox)
}

function addCreate(domains: Command, { equip, performShowing }: Toolbox): void {
  equip(
    domains
      .command('create')
      .argument('<name>', 'the domain: media.example.com')
      .option('--bucket <name>', "The bucket at its root (all of the account's, as /BUCKET/KEY)")
      .addOption(new Option('--type <type>', 'Its type').choices(['storage', 'media-storage', 'media_storage']))
      .option(...accountOption),
  )
    .summary('Create a custom domain')
    .description('Creates a custom domain and shows the DNS record that it needs. A domain that is there is shown.')
    .addHelpText(
      'after',
      '\nExample:\n  entrepot domains create media.example.com --bucket films\n\nNext: set the DNS record that is shown, then: entrepot domains verify NAME',
    )
    .action((name: string, given: { bucket?: string; type?: string; account?: string }, command: Command) => {
      const { account, bucket, type } = given
      return performShowing(command, manageOrder('CreateDomain', { account, body: { name, bucket, type } }), {
        json: ({ domain }: { domain: Domain }) => domain,
        text: ({ domain }) => details(domain),
      })
    })
}

function addList(domains: Command, { equip, converse }: Toolbox): void {
  equip(domains.command('list').option(...accountOption))
    .summary('List custom domains')
    .description('Lists the custom domains of an account, with the states of their certificates.')
    .addHelpText('after', '\nExample:\n  entrepot domains list --json\n\nNext: entrepot domains show NAME')
    .action(async ({ account }: { account?: string }, command: Command) => {
      const { ask, tell } = await converse(command)
      const listed = await listAll<Domain, 'domains'>(ask, 'ListDomains', 'domains', { account })
      tell(listed, () =>
        listed.domains.length === 0
          ? 'There are no custom domains. Make one with: entrepot domains create NAME\n'
          : table(
              ['DOMAIN', 'SHOWS', 'VERIFIED', 'CERTIFICATE', 'ID'],
              listed.domains.map((domain) => [
                plain(domain.domain_name),
                domain.bucket === null ? 'all buckets' : plain(domain.bucket),
                domain.verified ?? 'no',
                certificateOf(domain),
                domain.id,
              ]),
            ),
      )
    })
}

interface DomainOrder {
  readonly name: 'show' | 'verify' | 'delete'
  readonly operation: string
  readonly summary: string
  readonly description: string
  readonly next: string
  /** `name` is as it was given; `domain` is not there where the operation answers without. */
  readonly say: (domain: Domain, name: string) => string
}

const domainArgument = ['<domain>', 'its name or id'] as const

function addOrder(domains: Command, { equip, converse }: Toolbox, order: DomainOrder): void {
  const { name, operation, summary, description, next, say } = order
  equip(
    domains
      .command(name)
      .argument(...domainArgument)
      .option(...accountOption),
  )
    .summary(summary)
    .description(description)
    .addHelpText('after', `\nExample:\n  entrepot domains ${name} media.example.com\n\nNext: ${next}`)
    .action(async (given: string, { account }: { account?: string }, command: Command) => {
      const { ask, tell } = await converse(command)
      const id = await idOf(ask, given, account)
      const answer = await ask<{ domain?: Domain }>(manageOrder(operation, { account, params: { id } }))
      tell(answer.domain ?? answer, () => say(answer.domain!, given))
    })
}

function addCertificate(domains: Command, { equip, converse, surroundings }: Toolbox): void {
  equip(
    domains
      .command('certificate')
      .argument(...domainArgument)
      .requiredOption('--certificate <file>', 'The chain in PEM, the leaf first')
      .requiredOption('--key <file>', 'Its private key in PEM')
      .option(...accountOption),
  )
    .summary('Give a domain a certificate')
    .description(
      'Uploads a certificate for a verified domain. The key is kept sealed, and shown to nobody. It is in use within seconds.',
    )
    .addHelpText(
      'after',
      `
Example:
  entrepot domains certificate media.example.com --certificate fullchain.pem \\
    --key privkey.pem

Next: entrepot domains show media.example.com`,
    )
    .action(async (given: string, files: { certificate: string; key: string; account?: string }, command: Command) => {
      const { account } = files
      const certificate = await readText(surroundings, files.certificate)
      const key = await readText(surroundings, files.key)
      if (certificate === '' || key === '') throw new UsageFault(['A file is empty.'])
      const { ask, tell } = await converse(command)
      const id = await idOf(ask, given, account)
      const body = { certificate, private_key: key }
      const { domain } = await ask<{ domain: Domain }>(
        manageOrder('PutDomainCertificate', { account, params: { id }, body }),
      )
      tell(domain, () => `${domain.domain_name} has its certificate, good until ${domain.certificate.not_after}.\n`)
    })
}

/** The id of what is given by name or id. Throws CommandRefused where there is no domain of that name. */
async function idOf(ask: Conversation['ask'], given: string, account: string | undefined): Promise<string> {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(given)) return given
  const { domains } = await listAll<Domain, 'domains'>(ask, 'ListDomains', 'domains', { account })
  const name = given.toLowerCase().replace(/\.$/, '')
  const found = domains.find((domain) => domain.domain_name === name)
  if (found !== undefined) return found.id
  const where = account === undefined ? 'The first account' : `The account ${JSON.stringify(account)}`
  throw new CommandRefused({ code: 'NoSuchEntity', message: `${where} has no domain ${JSON.stringify(given)}.` })
}

const showsWhat = ({ bucket }: Domain): string =>
  bucket === null ? "all of the account's buckets, as /BUCKET/KEY" : `the bucket ${plain(bucket)}`

const certificateOf = ({ certificate: { state, not_after: end } }: Domain): string =>
  end === null ? state : `${state}, until ${end.slice(0, 10)}`

function details(domain: Domain): string {
  const { certificate, verification } = domain
  const facts = pairs([
    ['Domain', plain(domain.domain_name)],
    ['Id', domain.id],
    ['Shows', showsWhat(domain)],
    ['Verified', domain.verified ?? 'not yet'],
    ['Certificate', certificateOf(domain)],
    ...(certificate.reason === null ? [] : [['Why', plain(certificate.reason)] as const]),
    ...(certificate.retry === null ? [] : [['Tried again', certificate.retry] as const]),
  ])
  if (domain.verified !== null) return facts
  const records = `${plain(domain.domain_name)}.\n    CNAME  ${verification.cname}.`
  const text = `${verification.txt_name}.\n    TXT    "${verification.txt_value}"`
  return `${facts}\nSet this record in your DNS:\n\n  ${records}\n\nor, where the name cannot be a CNAME, this one beside an A or AAAA record:\n\n  ${text}\n\nThen: entrepot domains verify ${plain(domain.domain_name)}\n`
}
