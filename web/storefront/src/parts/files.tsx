// What was uploaded for a product, as customers see it: its pictures, and all its files to download.
import type { ProductFilesFragment } from '../graphql'

export function Pictures({ product }: { product: ProductFilesFragment & { name: string } }) {
  return (
    <ul className="pictures" aria-label="Pictures">
      {product.images.map((image) => (
        <li key={image.id}>
          <img src={image.path} alt={`${product.name}: ${image.name}`} />
        </li>
      ))}
    </ul>
  )
}

const kinds: [prefix: string, words: string][] = [
  ['image/', 'Picture'],
  ['video/', 'Video'],
  ['application/pdf', 'PDF'],
  ['text/', 'Text'],
]

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte']

/** What a file is and how large, such as PDF, 1.2 MB. */
export function fileFacts({ contentType, size }: { contentType: string; size: number }): string {
  const kind = kinds.find(([prefix]) => contentType.startsWith(prefix))?.[1] ?? 'File'
  const step = size < 1000 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), units.length - 1)
  const format = new Intl.NumberFormat('en-IE', { style: 'unit', unit: units[step]!, maximumFractionDigits: 1 })
  return `${kind}, ${format.format(size / 1000 ** step)}`
}

export function Files({ product }: { product: ProductFilesFragment }) {
  if (product.files.length === 0) return null
  return (
    <section aria-labelledby="files">
      <h2 id="files">Files</h2>
      <ul className="plain">
        {product.files.map((file) => (
          <li key={file.id}>
            <a href={file.path} download={file.name} type={file.contentType}>
              {file.name}
            </a>{' '}
            <span className="muted small">{fileFacts(file)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
