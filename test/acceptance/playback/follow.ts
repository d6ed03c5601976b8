/** What a simple client finds by following a playlist or a manifest, which it reads literally: it knows nothing of tokens. */

/** The URLs of all that the link leads to, and the link itself. `get` gives what is at a URL. */
export async function follow(link: string, get: (url: string) => Promise<Buffer>): Promise<string[]> {
  const text = (await get(link)).toString()
  const uris = text.startsWith('#EXTM3U') ? urisOfHls(text) : urisOfDash(text)
  const urls = [link]
  for (const uri of uris) {
    const { href } = new URL(uri, link)
    urls.push(...(/\.m3u8(?:\?|$)/.test(href) ? await follow(href, get) : [href]))
  }
  return urls
}

const urisOfHls = (text: string): string[] =>
  [...text.matchAll(/^([^#\n].*)$|URI="([^"]*)"/gm)].map((match) => match[1] ?? match[2] ?? '')

/** As ffmpeg writes them: each Representation has a file of its own, or a SegmentTemplate with a timeline. */
const urisOfDash = (text: string): string[] =>
  [...text.matchAll(/<Representation id="(\d+)"[\s\S]*?<\/Representation>/g)].flatMap(([content, id = '']) => {
    const file = /<BaseURL>(.*)<\/BaseURL>/.exec(content)?.[1]
    if (file !== undefined) return [file.replaceAll('&amp;', '&')]
    const template = (name: string): string =>
      new RegExp(` ${name}="([^"]*)"`).exec(content)![1]!.replaceAll('$RepresentationID$', id).replaceAll('&amp;', '&')
    const count = [...content.matchAll(/<S [^>]*?(?:r="(\d+)" )?\/>/g)].reduce(
      (sum, [, more = '0']) => sum + 1 + Number(more),
      0,
    )
    const media = template('media')
    const numbers = Array.from({ length: count }, (_, index) => String(index + 1).padStart(5, '0'))
    return [template('initialization'), ...numbers.map((number) => media.replace('$Number%05d$', number))]
  })
