/** The command line: its commands, their help, and what runs them. */
import { Command, CommanderError, Option } from 'commander'
import type { SettingName } from '../config.ts'
import { addAccountCommands } from './accounts.ts'
import { addApiKeyCommands } from './api-keys.ts'
import { addAuditCommands } from './audit.ts'
import { addBucketCommands } from './buckets.ts'
import { loadConfig } from './configuration.ts'
import { doctor } from './doctor.ts'
import { addDomainCommands } from './domains.ts'
import { addEncryptionCommands } from './encryption.ts'
import { report } from './failure.ts'
import { addKeyCommands } from './keys.ts'
import { flagsOf, settingOptions } from './options.ts'
import { addProfilesCommand } from './profiles.ts'
import { serve } from './serve.ts'
import { addSigningKeyCommands } from './signing-keys.ts'
import type { Surroundings } from './surroundings.ts'
import { bold } from './text.ts'
import { configOption, createToolbox } from './toolbox.ts'
import { addUrlCommands } from './url.ts'
import { addUsageCommands } from './usage.ts'
import { addUserCommands } from './users.ts'
import { addWhyCommand } from './why.ts'

/** Runs the command line; the exit code: 0 done, 1 refused or failed, 2 wrong usage. */
export async function runProgram(surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings
  const json = surroundings.arguments.includes('--json')
  let exitCode = 0
  const program = createProgram(surroundings, (code) => (exitCode = code))
  try {
    if (surroundings.arguments.length === 0) program.outputHelp()
    else await program.parseAsync(surroundings.arguments, { from: 'user' })
    return exitCode
  } catch (error) {
    if (!(error instanceof CommanderError)) return report(error, terminal, json)
    // Help and version have been printed; so have faults, unless a machine reads.
    if (error.exitCode === 0) return 0
    if (json) {
      const message = error.message.replace(/^error: /, '')
      terminal.out(`${JSON.stringify({ error: { code: 'Usage', message } })}\n`)
    }
    return 2
  }
}

function createProgram(surroundings: Surroundings, setExitCode: (code: number) => void): Command {
  const { terminal, version } = surroundings
  const json = surroundings.arguments.includes('--json')
  const program = new Command('entrepot')
    .description('Self-hosted S3 storage with its own delivery network: one process, one folder.')
    .version(version, '-V, --version', 'Show the version')
    .helpOption('-h, --help', 'Show help')
    .configureHelp({ showGlobalOptions: false, subcommandTerm: termOf })
    .configureOutput({
      writeOut: terminal.out,
      writeErr: (text) => (json ? undefined : terminal.error(text)),
      outputError: (text, write) => write(`entrepot: ${text.replace(/^error: /, '')}`),
      getOutHasColors: () => terminal.color,
    })
    .exitOverride()
    .addHelpText(
      'after',
      `
${bold(terminal, 'First step:')}
  entrepot serve        makes ./data, shows an access key, and serves S3 on
                        http://127.0.0.1:9000. In a clone: npm start

Commands work whether or not the server runs. Each setting can be a flag, an
environment variable, or a line of entrepot.json: see docs/configuration.md.
Exit codes: 0 done, 1 refused or failed, 2 wrong usage. In a clone, where
entrepot is on no path, say npx entrepot.`,
    )

  const toolbox = createToolbox(surroundings, setExitCode)
  program.commandsGroup('The server:')
  addServe(program, surroundings, setExitCode)
  addDoctor(program, surroundings, setExitCode)
  addEncryptionCommands(program, toolbox)
  addProfilesCommand(program, surroundings)
  program.helpCommand('help [command]', 'Show help of a command')
  program.commandsGroup('Accounts and keys:')
  addAccountCommands(program, toolbox)
  addUserCommands(program, toolbox)
  addKeyCommands(program, toolbox)
  addApiKeyCommands(program, toolbox)
  program.commandsGroup('Storage and delivery:')
  addBucketCommands(program, toolbox)
  addSigningKeyCommands(program, toolbox)
  addUrlCommands(program, toolbox)
  addDomainCommands(program, toolbox)
  program.commandsGroup('What happened:')
  addUsageCommands(program, toolbox)
  addWhyCommand(program, toolbox)
  addAuditCommands(program, toolbox)
  pointToHelp(program, program.name())
  return program
}

/** A command in the list of its group: every command has options, so that they need not be mentioned. */
const termOf = (command: Command): string =>
  [
    command.name(),
    ...command.registeredArguments.map((each) => (each.required ? `<${each.name()}>` : `[${each.name()}]`)),
  ].join(' ')

/** After a wrong usage: where that command's own help is. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`See: ${path} --help`)
  for (const child of command.commands) {
    // `--help` does; that of the program is for those who try it first.
    child.helpCommand(false)
    pointToHelp(child, `${path} ${child.name()}`)
  }
}

function addServe(program: Command, surroundings: Surroundings, setExitCode: (code: number) => void): void {
  const command = program
    .command('serve')
    .summary('Start the server')
    .description(
      'Starts the server. The first start makes the data folder, an account and its access key, and shows the key: the secret only that once.',
    )
    .addOption(new Option('--json', 'Say what is ready in one line of JSON, for programs'))
    .addOption(configOption())
    .addHelpText(
      'after',
      `
Examples:
  entrepot serve
  entrepot serve --data /srv/entrepot --s3-listen 127.0.0.1:8000
  ENTREPOT_ACCESS_KEY=media ENTREPOT_SECRET_KEY="$(openssl rand -hex 20)" \\
    entrepot serve

Secrets come by environment or file only: every user of a machine can read
flags. SIGTERM or Ctrl-C stops the server once requests in flight are finished;
a second one stops it at once.

Next: entrepot keys list, entrepot doctor. All settings: docs/configuration.md`,
    )
    .action(async (given: Record<string, unknown>) => {
      const config = await loadConfig(surroundings, flagsOf(given))
      setExitCode(await serve(surroundings, config, given['json'] === true))
    })
  for (const { heading, options } of settingOptions()) {
    command.optionsGroup(heading)
    for (const option of options) command.addOption(option)
  }
}

/** Other settings doctor knows from the environment and the file. */
const doctorSettings: readonly SettingName[] = [
  'data',
  's3Listen',
  'adminListen',
  'deliveryListen',
  'tlsListen',
  'httpListen',
  'tlsSelfSigned',
  'masterKeyFile',
  'allowPlaintext',
]

function addDoctor(program: Command, surroundings: Surroundings, setExitCode: (code: number) => void): void {
  const command = program
    .command('doctor')
    .summary('Check the machine and the data folder')
    .description(
      'Checks what the server depends on: configuration, data folder, permissions, master key, certificates, records, disk, clock, ports. Says what to do about each fault.',
    )
    .addOption(new Option('--json', 'Answer in JSON, for programs'))
    .addOption(configOption())
    .addHelpText(
      'after',
      `
Examples:
  entrepot doctor
  entrepot doctor --data /srv/entrepot --json

Writes only small files for measuring, and removes them. Works beside a running
server. Exit code 1 where a check failed.

Next: entrepot serve`,
    )
    .action(async (given: Record<string, unknown>) => {
      setExitCode(await doctor(surroundings, flagsOf(given), given['json'] === true))
    })
  for (const { options } of settingOptions(doctorSettings)) {
    for (const option of options) command.addOption(option)
  }
}
