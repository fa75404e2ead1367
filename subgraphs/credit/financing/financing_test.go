package financing

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

func TestDecisionTable(t *testing.T) {
	euros := func(amount int) Money { return Money{amount, "EUR"} }
	for name, c := range map[string]struct {
		status  Status
		total   Money
		want    Decision
		reason  string
		payment int
	}{
		"good":                         {Good, euros(4097), Offered, "Offer Financing", 180},
		"good, at the limit":           {Good, euros(5_000_000), Offered, "Offer Financing", 219134},
		"good, above the limit":        {Good, euros(5_000_001), MoreInformationNeeded, "More information needed: the order is above 50000.00 EUR", 0},
		"bad":                          {Bad, euros(4097), Declined, "Decline Financing", 0},
		"bad, above the limit":         {Bad, euros(1_000_001), MoreInformationNeeded, "More information needed: the order is above 10000.00 EUR", 0},
		"unknown":                      {Unknown, euros(1), MoreInformationNeeded, "More information needed", 0},
		"good, in another currency":    {Good, Money{4097, "USD"}, MoreInformationNeeded, "More information needed: financing is in EUR and the order is in USD", 0},
		"bad, in a currency of a typo": {Bad, Money{4097, "eur"}, MoreInformationNeeded, "More information needed: financing is in EUR and the order is in eur", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Decide(c.status, c.total, 24)
			if err != nil {
				t.Fatal(err)
			}
			payment := 0
			if got.MonthlyPayment != nil {
				payment = got.MonthlyPayment.Amount
			}
			if got.Decision != c.want || got.Reason != c.reason || payment != c.payment || got.TermMonths != 24 || got.RatePerMille != 49 {
				t.Errorf("got %+v with payment %d", got, payment)
			}
		})
	}
	if _, err := Decide("EXCELLENT", euros(1), 24); err == nil {
		t.Error("a status that does not exist was decided")
	}
}

func TestTermBounds(t *testing.T) {
	for months, ok := range map[int]bool{5: false, 6: true, 84: true, 85: false, -1: false, math.MaxInt32: false} {
		got, err := CheckTerm(&months)
		if ok && (err != nil || got != months) || !ok && !fail.Is(err, fail.BadInput) {
			t.Errorf("%d: %d, %v", months, got, err)
		}
	}
	if got, err := CheckTerm(nil); got != DefaultTermMonths || err != nil {
		t.Errorf("no term: %d, %v", got, err)
	}
}

// The payment is the smallest whole one that pays the debt off: simulated month by month in exact-enough floats.
func TestAnnuityPaysTheDebtOff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.IntRange(1, math.MaxInt32).Draw(t, "amount")
		perMille := rapid.IntRange(0, 300).Draw(t, "perMille")
		n := rapid.IntRange(MinTermMonths, MaxTermMonths).Draw(t, "n")
		payment := annuity(amount, perMille, n)
		if left := debtAfter(amount, perMille, n, payment); left > 1 {
			t.Fatalf("%d a month leaves %.2f", payment, left)
		}
		if left := debtAfter(amount, perMille, n, payment-1); left < -1 {
			t.Fatalf("%d a month would have been enough: %.2f", payment-1, left)
		}
	})
}

func debtAfter(amount, perMille, n, payment int) float64 {
	debt := float64(amount)
	for range n {
		debt += debt*float64(perMille)/12000 - float64(payment)
	}
	return debt
}
