package api

import (
	"context"
	"encoding/json"
	"math"
	"strconv"

	"github.com/weft-graph/weft/subgraphs/credit/financing"
	"github.com/weft-graph/weft/subgraphs/credit/store"
	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

const writePermission = "credit:write"

// checkMaySee lets the person themselves and staff see what concerns a person's credit. That the person is the
// caller is the token's word; a forged representation can only name somebody whom the token then is not.
func checkMaySee(ctx context.Context, userID string) error {
	caller, err := auth.Require(ctx)
	if err == nil && !caller.Is(userID) && !caller.Has(writePermission) {
		err = fail.New(fail.Forbidden, "Only the person themselves may see this.")
	}
	return err
}

// report returns what is known of a person's credit, to those who may see it.
func (r *Resolver) report(ctx context.Context, userID string) (*store.Report, error) {
	if err := checkMaySee(ctx, userID); err != nil {
		return nil, err
	}
	report, err := reportOf(ctx, userID)
	if err != nil {
		return nil, err
	}
	return &report, nil
}

func (r *Resolver) financing(ctx context.Context, required map[string]any, termMonths *int) (*financing.Offer, error) {
	customer, err := requiredText(required, "customer", "id")
	if err != nil {
		return nil, err
	}
	if err := checkMaySee(ctx, customer); err != nil {
		return nil, err
	}
	term, err := financing.CheckTerm(termMonths)
	if err != nil {
		return nil, err
	}
	total, err := requiredMoney(required, "total")
	if err != nil || total.Amount == 0 {
		return nil, err
	}
	report, err := reportOf(ctx, customer)
	if err != nil {
		return nil, err
	}
	offer, err := financing.Decide(report.Status, total, term)
	if err == nil && report.IsBureauDown && offer.Decision == financing.MoreInformationNeeded {
		offer.Reason += ": the credit bureau does not answer, please try again later"
	}
	return offer, err
}

func (r *Resolver) monthlyFrom(required map[string]any, termMonths *int) (*financing.Money, error) {
	term, err := financing.CheckTerm(termMonths)
	if err != nil {
		return nil, err
	}
	price, err := requiredMoney(required, "price")
	if err != nil {
		return nil, err
	}
	return financing.MonthlyFrom(price, term)
}

// requiredMoney reads an amount that the router had to put into the representation.
func requiredMoney(required map[string]any, field string) (financing.Money, error) {
	currency, err := requiredText(required, field, "currency")
	if err != nil {
		return financing.Money{}, err
	}
	amount, isWhole := wholeNumber(required[field].(map[string]any)["amount"])
	if !isWhole || amount < 0 || amount > math.MaxInt32 {
		return financing.Money{}, fail.Input(field, "The representation needs %s.amount, a whole number of minor units.", field)
	}
	return financing.Money{Amount: int(amount), Currency: currency}, nil
}

// requiredText reads a text that the router had to put into the representation.
func requiredText(required map[string]any, field, member string) (string, error) {
	object, _ := required[field].(map[string]any)
	text, isText := object[member].(string)
	if !isText || text == "" {
		return "", fail.Input(field, "The representation needs %s { %s }.", field, member)
	}
	return text, nil
}

// wholeNumber reads an integer as gqlgen leaves it: a json.Number from variables, an int64 from the operation's text.
func wholeNumber(value any) (int64, bool) {
	switch v := value.(type) {
	case json.Number:
		whole, err := strconv.ParseInt(v.String(), 10, 64)
		return whole, err == nil
	case int64:
		return v, true
	default:
		return 0, false
	}
}

// errElsewhere answers a question for a field that only another subgraph can answer; the router never asks it here.
func errElsewhere(field string) error {
	return fail.New(fail.BadInput, "%s is external here; ask the subgraph that has it.", field)
}
