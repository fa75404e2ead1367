package events

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// position is the oldest entry that a group still needs.
type position struct {
	name, id string
}

// positions returns where the groups of this service's stream are, the one that is furthest behind first.
func (b *Bus) positions(ctx context.Context) ([]position, error) {
	stream := StreamOf(b.Service)
	groups, err := b.Redis.XInfoGroups(ctx, stream).Result()
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ask where the followers of %s are: %w", stream, err)
	}
	list := make([]position, len(groups))
	for i, group := range groups {
		list[i] = position{group.Name, group.LastDeliveredID}
		if group.Pending == 0 {
			continue
		}
		pending, err := b.Redis.XPending(ctx, stream, group.Name).Result()
		if err != nil {
			return nil, fmt.Errorf("ask what %s has not done of %s: %w", group.Name, stream, err)
		}
		if pending.Count > 0 && idLess(pending.Lower, list[i].id) {
			list[i].id = pending.Lower
		}
	}
	slices.SortStableFunc(list, func(a, b position) int {
		switch {
		case idLess(a.id, b.id):
			return -1
		case idLess(b.id, a.id):
			return 1
		default:
			return strings.Compare(a.name, b.name)
		}
	})
	return list, nil
}

// idLess compares the ids of stream entries, <milliseconds>-<number>; without a number it is 0.
func idLess(a, b string) bool {
	aTime, aNumber := splitID(a)
	bTime, bNumber := splitID(b)
	return aTime < bTime || aTime == bTime && aNumber < bNumber
}

func splitID(id string) (millis, number uint64) {
	first, second, _ := strings.Cut(id, "-")
	millis, _ = strconv.ParseUint(first, 10, 64) // ids are Redis's own
	number, _ = strconv.ParseUint(second, 10, 64)
	return millis, number
}
