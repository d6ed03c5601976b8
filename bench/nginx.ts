// nginx as the ceiling: starts one on a free loopback port with a configuration of its own, serving files from a folder.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:net'
import { freePort } from './load/free-port.ts'

/** A running nginx. Files put into `root` are served under their names. */
export interface Nginx {
  host: string
  port: number
  /** The same files over TLS. */
  tlsPort: number
  pid: number
  root: string
  stop(): Promise<void>
}

const PROGRAMS = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx']

/** Starts nginx with one worker and nothing but static files. Throws a plain sentence when it is not installed. */
export async function startNginx(): Promise<Nginx> {
  const program = PROGRAMS.find((path) => existsSync(path))
  if (program === undefined)
    throw new Error('nginx is not installed: apt-get install nginx-light (Debian), or brew install nginx')
  const folder = mkdtempSync(join(tmpdir(), 'entrepot-nginx-'))
  const root = join(folder, 'files')
  mkdirSync(root, { mode: 0o755 })
  const [port, tlsPort] = [await freePort(), await freePort()]
  certify(folder)
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, root, port, tlsPort))
  const child = spawn(program, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await listening(port, child)
  return {
    host: '127.0.0.1',
    port,
    tlsPort,
    pid: child.pid as number,
    root,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A key and certificate of the kind that the server makes for itself. */
function certify(folder: string): void {
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    join(folder, 'key.pem'),
  ]
  const args = ['req', '-x509', ...key, '-out', join(folder, 'cert.pem'), '-days', '1', '-subj', '/CN=localhost']
  execFileSync('openssl', args, { stdio: 'ignore' })
}

function configuration(folder: string, root: string, port: number, tlsPort: number): string {
  // As root, workers would run as nobody and could not enter a folder made by mkdtemp.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  return `${user}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log crit;
events { worker_connections 4096; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  open_file_cache max=10000 inactive=600s;
  open_file_cache_valid 600s;
  default_type application/octet-stream;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    listen 127.0.0.1:${tlsPort} ssl;
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    root ${root};
  }
}
`
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`nginx ended with status ${child.exitCode}`)
    if (await accepts(port)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('nginx did not start listening within 4 s')
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
