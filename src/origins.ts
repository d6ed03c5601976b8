/** Where clients reach the server, for the links that it makes: as it is set, else as it follows from the listeners and the first domain. */
import type { Origins } from './admin/services.ts'
import type { Config } from './config.ts'
import { contentOrigin } from './content-origin.ts'
import { deliveryDomainsOf } from './deployment.ts'
import { contentHostName } from './objects/bucket-name.ts'
import { showAddress } from './setting-kinds.ts'

export type OriginSettings = Pick<
  Config,
  | 's3Listen'
  | 'deliveryListen'
  | 'tlsListen'
  | 'tlsPort'
  | 'domains'
  | 'deliveryDomains'
  | 's3Url'
  | 'deliveryUrl'
  | 'publicOrigins'
  | 'adminListen'
  | 'contentUrl'
  | 'region'
>

/** The ports that were taken, which settings of port 0 do not say. */
export interface TakenPorts {
  readonly s3: number
  readonly delivery: number
  readonly tls: number | undefined
  readonly admin: number
}

/** `ports` is asked when a link is made. */
export function originsOf(settings: OriginSettings, ports: () => TakenPorts): Origins {
  const [domain = 'localhost'] = settings.domains
  const [deliveryDomain = domain] = deliveryDomainsOf(settings)
  const [publicOrigin] = settings.publicOrigins
  const origin = (host: string, plainPort: number): string => {
    const { tls } = ports()
    if (tls === undefined) return `http://${host}${plainPort === 80 ? '' : `:${plainPort}`}`
    const port = settings.tlsPort ?? tls
    return `https://${host}${port === 443 ? '' : `:${port}`}`
  }
  const delivery: Origins['delivery'] = ({ name, region }) =>
    settings.deliveryUrl === undefined
      ? origin(`${name.toLowerCase()}.media-storage.${region}.${deliveryDomain}`, ports().delivery)
      : fill(settings.deliveryUrl, { bucket: name.toLowerCase(), region })
  return {
    s3(region) {
      if (settings.s3Url !== undefined) return fill(settings.s3Url, { region })
      if (publicOrigin !== undefined)
        return `${publicOrigin.secure ? 'https' : 'http'}://${publicOrigin.host}${publicOrigin.prefix}`
      return origin(`${region}.s3.${domain}`, ports().s3)
    },
    delivery,
    domainTarget: `media-storage.${deliveryDomain}`,
    management: () =>
      ports().tls === undefined
        ? `http://${showAddress({ ...settings.adminListen, port: ports().admin })}`
        : origin(`console.${domain}`, 0),
    content(request) {
      const keptHost = delivery({ name: contentHostName, region: settings.region })
      return contentOrigin(request, { settings, deliveryPort: ports().delivery, keptHost })
    },
  }
}

const fill = (template: string, values: Readonly<Record<string, string>>): string =>
  Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), template)
