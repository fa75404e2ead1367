// What catalogue, product page and orders show of a product alike.
import { formatMoney, type Money } from '../money'
import type { ProductCardFragment } from '../graphql'

type Kind = 'Movie' | 'Vehicle' | 'Goods'

export const kindNames: Record<Kind, string> = { Movie: 'Film', Vehicle: 'Vehicle', Goods: 'Goods' }

const drawings: Record<Kind, string> = {
  Movie: 'M4 8h24v16H4zM4 8l3 5h5L9 8m5 0 3 5h5l-3-5M4 13h24',
  Vehicle: 'M3 21v-5l4-1 4-5h9l4 5 5 1v5h-3M9 21h12M9 21a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0Zm17 0a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0Z',
  Goods: 'M5 11 16 5l11 6v11l-11 6-11-6zM5 11l11 6 11-6M16 17v11',
}

/** A drawing of the kind, where no picture of the product is shown. */
export function Cover({ kind }: { kind: Kind }) {
  return (
    <div className={`cover cover-${kind.toLowerCase()}`} aria-hidden="true">
      <svg viewBox="0 0 32 32" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round">
        <path d={drawings[kind]} />
      </svg>
    </div>
  )
}

const kilometres = new Intl.NumberFormat('en-IE', { style: 'unit', unit: 'kilometer' })

/** The line below a product's name. */
export function subtitle(product: ProductCardFragment): string {
  switch (product.__typename) {
    case 'Movie':
      return [`Film, ${product.year}`, product.cast.slice(0, 2).join(', ')].filter(Boolean).join(' · ')
    case 'Vehicle':
      return `Built ${product.year} · ${kilometres.format(product.mileage)}`
    case 'Goods':
      return 'Goods'
  }
}

export function mileage(km: number): string {
  return kilometres.format(km)
}

export function Stock({ stock }: { stock: number }) {
  if (stock === 0) return <span className="badge bad">Sold out</span>
  if (stock <= 5) return <span className="badge warn">{stock === 1 ? 'Only one left' : `Only ${stock} left`}</span>
  return <span className="badge good">In stock</span>
}

export function Price({ price }: { price: Money }) {
  return <strong className="price">{formatMoney(price)}</strong>
}
