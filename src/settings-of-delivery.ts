/** The settings of delivery, TLS, management and observation; config.ts puts all settings together. */
import { secretFault } from './access/weak-secrets.ts'
import { certificates } from './setting-documents.ts'
import {
  address,
  boolean,
  domain,
  integer,
  oneOf,
  path,
  ratio,
  urlTemplate,
  webOrigin,
  webUrl,
} from './setting-kinds.ts'
import { kindOf, listOf, optionalSetting, secret, setting, Unfit } from './setting.ts'

const headerName = kindOf('name of a header', (text) => {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(text)) throw new Unfit('must be the name of a header, such as CF-IPCountry')
  return text.toLowerCase()
})
const email = kindOf('email address', (text) => {
  if (!/^[^\s@,]+@[^\s@,]+$/.test(text)) throw new Unfit('must be an email address')
  return text
})

export const deliverySettings = {
  deliveryListen: setting(address, '127.0.0.1:9002', {
    environment: 'ENTREPOT_DELIVERY_LISTEN',
    flag: '--delivery-listen <host:port>',
    section: 'Delivery',
    meaning: 'Where objects are delivered to players and browsers. Port 0 takes a free port.',
  }),
  deliveryDomains: setting(listOf(domain), '', {
    environment: 'ENTREPOT_DELIVERY_DOMAINS',
    flag: '--delivery-domains <list>',
    section: 'Delivery',
    meaning:
      'Domains of delivery: with `example.com`, the bucket `photos` is at `photos.media-storage.<region>.example.com`. By default those of `domains`.',
  }),
  deliveryUrl: optionalSetting(urlTemplate('bucket', 'region'), {
    environment: 'ENTREPOT_DELIVERY_URL',
    flag: '--delivery-url <url>',
    section: 'Delivery',
    meaning:
      "The URL of a bucket's delivery as clients reach it, for the links that are made: `https://{bucket}.media-storage.{region}.example.com`. By default it follows from the listeners and the first domain.",
  }),
  s3Url: optionalSetting(urlTemplate('region'), {
    environment: 'ENTREPOT_S3_URL',
    flag: '--s3-url <url>',
    section: 'Delivery',
    meaning:
      'The URL of the S3 endpoint as clients reach it, for the links that are made: `https://{region}.s3.example.com`. By default it follows from the listeners and the first domain.',
  }),
  contentUrl: optionalSetting(webOrigin, {
    environment: 'ENTREPOT_CONTENT_URL',
    flag: '--content-url <url>',
    section: 'Delivery',
    meaning:
      "The origin, as clients reach it, that the console shows users' content from: `https://content.example.com`. It leads to the delivery listener, and must never be the console's own: what is uploaded could act there as the one who looks at it. By default it is a delivery host kept for it, or the console's host under the delivery listener's port.",
  }),
  tokenLeewaySeconds: setting(integer(0, 60), '30', {
    environment: 'ENTREPOT_TOKEN_LEEWAY_SECONDS',
    flag: '--token-leeway-seconds <number>',
    section: 'Delivery',
    meaning:
      "By how much clocks may differ where the `exp` and `nbf` of delivery tokens are held against this server's.",
  }),
  countryHeader: optionalSetting(headerName, {
    environment: 'ENTREPOT_COUNTRY_HEADER',
    flag: '--country-header <name>',
    section: 'Delivery',
    meaning:
      'The header in which a trusted proxy says which country a client is in, for tokens with `country`: `CF-IPCountry`. From anybody else it changes nothing.',
  }),

  tlsListen: optionalSetting(address, {
    environment: 'ENTREPOT_TLS_LISTEN',
    flag: '--tls-listen <host:port>',
    section: 'TLS',
    meaning:
      'Where everything is served over TLS, by the host that is asked for: S3, delivery, custom domains, the management API on `api-cdn.<domain>`, and the console on `console.<domain>`. It needs a certificate: `tlsCertificates`, `tlsSelfSigned` or ACME.',
  }),
  httpListen: optionalSetting(address, {
    environment: 'ENTREPOT_HTTP_LISTEN',
    flag: '--http-listen <host:port>',
    section: 'TLS',
    meaning:
      'Where plain HTTP is sent on to TLS, and the challenges of certificate authorities are answered (ACME, HTTP-01): `0.0.0.0:80`. Nothing else is served there.',
  }),
  tlsCertificates: setting(certificates, '', {
    environment: 'ENTREPOT_TLS_CERTIFICATES',
    section: 'TLS',
    meaning:
      'Certificates in files of PEM, which are read again when they change: `[{"certificate": "/etc/tls/example.pem", "key": "/etc/tls/example.key"}]`. The one that covers the name that is asked for is shown; the first where none does.',
  }),
  tlsSelfSigned: setting(boolean, 'false', {
    environment: 'ENTREPOT_TLS_SELF_SIGNED',
    flag: '--tls-self-signed [boolean]',
    section: 'TLS',
    meaning:
      "For trying out: certificates of an authority of this server's own, which is made in the data folder. Have clients trust `tls/ca.pem` there.",
  }),
  tlsPort: optionalSetting(integer(1, 65_535), {
    environment: 'ENTREPOT_TLS_PORT',
    flag: '--tls-port <number>',
    section: 'TLS',
    meaning: 'The port under which clients reach the TLS listener, where that is not the one it listens on.',
  }),
  acmeDirectory: optionalSetting(webUrl, {
    environment: 'ENTREPOT_ACME_DIRECTORY',
    flag: '--acme-directory <url>',
    section: 'TLS',
    meaning:
      'The directory of the certificate authority from which certificates of custom domains are obtained (ACME, RFC 8555): `https://acme-v02.api.letsencrypt.org/directory`. To set it is to agree to its terms of service. It needs `httpListen` on port 80, as the authority sees it.',
  }),
  acmeEmail: optionalSetting(email, {
    environment: 'ENTREPOT_ACME_EMAIL',
    flag: '--acme-email <address>',
    section: 'TLS',
    meaning: 'Where the certificate authority writes to.',
  }),
  acmeCaFile: optionalSetting(path, {
    environment: 'ENTREPOT_ACME_CA_FILE',
    flag: '--acme-ca-file <path>',
    section: 'TLS',
    meaning: 'Certificates that the directory itself may be signed by, in PEM, where it is no public one.',
  }),
  dnsServers: setting(listOf(address), '', {
    environment: 'ENTREPOT_DNS_SERVERS',
    flag: '--dns-servers <list>',
    section: 'TLS',
    meaning: "Name servers that the records of custom domains are looked up with; by default the machine's own.",
  }),

  requestLog: setting(oneOf('none', 'failed', 'all'), 'none', {
    environment: 'ENTREPOT_REQUEST_LOG',
    flag: '--request-log <which>',
    section: 'Observability',
    meaning:
      'Which requests are logged, a line of JSON each: none, those that failed (status 400 and above, or cut off), or all. No secret stands in it.',
  }),
  requestLogFile: optionalSetting(path, {
    environment: 'ENTREPOT_REQUEST_LOG_FILE',
    flag: '--request-log-file <path>',
    section: 'Observability',
    meaning: 'Where they are logged; by default with all else, on standard error. SIGUSR2 opens it anew.',
  }),
  accessLog: optionalSetting(path, {
    environment: 'ENTREPOT_ACCESS_LOG',
    flag: '--access-log <path>',
    section: 'Observability',
    meaning: "A file for an access log in the format of AWS S3's server access logs. SIGUSR2 opens it anew.",
  }),
  metricsToken: optionalSetting(
    secret('secret, at least 16 characters', (text) => {
      const fault = secretFault(text)
      if (fault !== undefined) throw new Unfit(fault)
    }),
    {
      environment: 'ENTREPOT_METRICS_TOKEN',
      section: 'Observability',
      meaning:
        'The bearer token with which Prometheus reads `/metrics` on the admin listener. Without it, only an access token of an operator opens them.',
    },
  ),
  otlpEndpoint: optionalSetting(webUrl, {
    environment: 'ENTREPOT_OTLP_ENDPOINT',
    flag: '--otlp-endpoint <url>',
    section: 'Observability',
    meaning:
      'The collector that OpenTelemetry traces are sent to, by OTLP over HTTP, under `/v1/traces`: `http://127.0.0.1:4318`. Without it there are none.',
  }),
  traceRatio: setting(ratio, '1', {
    environment: 'ENTREPOT_TRACE_RATIO',
    flag: '--trace-ratio <number>',
    section: 'Observability',
    meaning: 'Which part of the requests is traced, 0 to 1, where the client does not say.',
  }),
} as const
