// Package financing decides whether and how an order can be paid in instalments. It is arithmetic and one table: credit
// status, total and term go in, the decision with its reason and the monthly payment come out. Money is integer minor
// units; nothing is ever a float. It knows no store and no caller.
package financing

import (
	"fmt"
	"math/big"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

const (
	// MinTermMonths and MaxTermMonths bound the term of a financing.
	MinTermMonths = 6
	MaxTermMonths = 84
	// DefaultTermMonths is the term if a client names none.
	DefaultTermMonths = 24
	// Currency is the one currency that the shop finances in.
	Currency = "EUR"
)

// Money is an amount in minor units of a currency (cents).
type Money struct {
	Amount   int
	Currency string
}

// Status is what is known of a person's credit.
type Status string

const (
	// Good means that the person has paid what they owed.
	Good Status = "GOOD"
	// Bad means that they have not.
	Bad Status = "BAD"
	// Unknown means that nothing is known: everybody starts with it.
	Unknown Status = "UNKNOWN"
)

// IsValid says whether it is one of the statuses.
func (s Status) IsValid() bool {
	_, isKnown := rules[s]
	return isKnown
}

// Decision is the answer to a wish for financing.
type Decision string

const (
	// Offered means that the customer can have it.
	Offered Decision = "OFFER"
	// Declined means that they cannot.
	Declined Decision = "DECLINE"
	// MoreInformationNeeded means that a person of the shop has to look at it.
	MoreInformationNeeded Decision = "MORE_INFORMATION_NEEDED"
)

// Offer is a decision with its reason and its terms.
type Offer struct {
	Decision       Decision
	Reason         string
	MonthlyPayment *Money // only if the decision is Offered
	TermMonths     int
	RatePerMille   int
}

// rule is what the shop does for one status, up to a limit in minor units; above it a person has to look.
type rule struct {
	decision Decision
	reason   string
	limit    int
}

var rules = map[Status]rule{
	Good:    {Offered, "Offer Financing", 5_000_000},
	Bad:     {Declined, "Decline Financing", 1_000_000},
	Unknown: {MoreInformationNeeded, "More information needed", 0},
}

// rates are yearly interest in thousandths, by the longest term they are for.
var rates = []struct{ maxTermMonths, perMille int }{{12, 39}, {24, 49}, {48, 59}, {MaxTermMonths, 69}}

// CheckTerm returns the term that a client asked for, the default for none, or BAD_INPUT outside the bounds.
func CheckTerm(months *int) (int, error) {
	if months == nil {
		return DefaultTermMonths, nil
	}
	if *months < MinTermMonths || *months > MaxTermMonths {
		return 0, fail.Input("termMonths", "A financing runs %d to %d months.", MinTermMonths, MaxTermMonths)
	}
	return *months, nil
}

// Decide returns what the shop answers to a customer of some status who wants to pay a total over a checked term.
func Decide(status Status, total Money, termMonths int) (*Offer, error) {
	rule, isKnown := rules[status]
	if !isKnown {
		return nil, fmt.Errorf("the credit status %q is none that financing knows", status)
	}
	offer := &Offer{Decision: rule.decision, Reason: rule.reason, TermMonths: termMonths, RatePerMille: rate(termMonths)}
	switch {
	case total.Currency != Currency:
		offer.Decision = MoreInformationNeeded
		offer.Reason = fmt.Sprintf("More information needed: financing is in %s and the order is in %s", Currency, total.Currency)
	case rule.limit > 0 && total.Amount > rule.limit:
		offer.Decision = MoreInformationNeeded
		offer.Reason = fmt.Sprintf("More information needed: the order is above %d.%02d %s", rule.limit/100, rule.limit%100, Currency)
	case rule.decision == Offered:
		offer.MonthlyPayment = &Money{Amount: annuity(total.Amount, offer.RatePerMille, termMonths), Currency: total.Currency}
	}
	return offer, nil
}

// MonthlyFrom returns the payment that a customer of good credit would be offered for a price, or nil where the price
// cannot be financed without asking.
func MonthlyFrom(price Money, termMonths int) (*Money, error) {
	if price.Amount <= 0 {
		return nil, nil
	}
	offer, err := Decide(Good, price, termMonths)
	if err != nil {
		return nil, err
	}
	return offer.MonthlyPayment, nil
}

// Payment returns what a total would cost each month over a checked term, and the yearly rate in thousandths, whatever the
// decision.
func Payment(total Money, termMonths int) (monthly Money, ratePerMille int) {
	ratePerMille = rate(termMonths)
	return Money{Amount: annuity(total.Amount, ratePerMille, termMonths), Currency: total.Currency}, ratePerMille
}

func rate(termMonths int) int {
	for _, r := range rates {
		if termMonths <= r.maxTermMonths {
			return r.perMille
		}
	}
	return rates[len(rates)-1].perMille
}

// annuity is the equal payment at the end of each of n months that pays off amount at a yearly rate in thousandths,
// a twelfth of it a month:
//
//	amount · i · (1+i)ⁿ / ((1+i)ⁿ − 1)  with  i = perMille/12000
//
// It is computed exactly and rounded up to the next minor unit, so that n payments are never less than what is owed.
// Without interest it is amount/n, rounded up.
func annuity(amount, perMille, n int) int {
	numerator, denominator := big.NewInt(int64(amount)), big.NewInt(int64(n))
	if perMille > 0 {
		const year = 12_000
		grown := new(big.Int).Exp(big.NewInt(int64(year+perMille)), big.NewInt(int64(n)), nil)
		base := new(big.Int).Exp(big.NewInt(year), big.NewInt(int64(n)), nil)
		numerator.Mul(numerator, big.NewInt(int64(perMille))).Mul(numerator, grown)
		denominator.Sub(grown, base).Mul(denominator, big.NewInt(year))
	}
	quotient, rest := new(big.Int).QuoRem(numerator, denominator, new(big.Int))
	if rest.Sign() > 0 {
		quotient.Add(quotient, big.NewInt(1))
	}
	return int(quotient.Int64()) // at most amount·(1+i): far inside 64 bits
}
