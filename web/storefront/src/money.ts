// Money is integer minor units with their currency, as everywhere in the shop: it becomes a decimal only as text.

export type Money = { amount: number; currency: string }

const locale = 'en-IE'

function format(currency: string): { format: Intl.NumberFormat; digits: number } {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency })
  return { format, digits: format.resolvedOptions().maximumFractionDigits ?? 2 }
}

/** The amount as a customer reads it, such as €14.99. */
export function formatMoney(money: Money): string {
  const { format: text, digits } = format(money.currency)
  return text.format(money.amount / 10 ** digits)
}

/** The amount as a form shows it, such as 14.99. */
export function decimal(amount: number): string {
  return `${Math.trunc(amount / 100)}.${String(Math.abs(amount % 100)).padStart(2, '0')}`
}

/** What a person typed into a form as minor units; undefined if it is no amount. */
export function parseDecimal(text: string): number | undefined {
  const match = /^(\d{1,8})(?:[.,](\d{1,2}))?$/.exec(text.trim())
  if (!match) return undefined
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
}

const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })

/** A moment as a customer reads it. */
export function formatTime(time: string): string {
  return dates.format(new Date(time))
}
