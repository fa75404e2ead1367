package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// The limits of a search.
const (
	MaxSearchWords = 16
	MaxSearchRunes = 200
	// MaxWordRunes is how much of a long word counts: a lexeme of Postgres has at most 2046 bytes.
	MaxWordRunes = 64
)

// noWords is the search text of a product without any word: an empty one is a product that Backfill has yet to see.
const noWords = "|"

// searchText returns the words by which a product is found, sorted and separated by spaces: the parts of its texts
// between what is no letter, digit or mark, without case. Databases split text each in a way of their own, so they are
// given words and told to split at spaces. Don't is don, t and dont, so that d'Arc is found by its end, too.
func searchText(texts []string) string {
	text := fold(strings.Join(texts, "\n"))
	words := append(splitWords(text), splitWords(apostrophes.Replace(text))...)
	slices.Sort(words)
	if words = slices.Compact(words); len(words) == 0 {
		return noWords
	}
	return strings.Join(words, " ")
}

// searchWords returns the words that must all begin a word of what is searched for. None means that nothing can be
// found by the text: it has only signs.
func searchWords(text string) ([]string, error) {
	switch {
	case utf8.RuneCountInString(text) > MaxSearchRunes:
		return nil, fail.Input("text", "text is too long; at most %d characters fit", MaxSearchRunes)
	case strings.ContainsFunc(fold(text), unicode.IsControl):
		return nil, fail.Input("text", "text has a control character; write plain text")
	}
	words := splitWords(apostrophes.Replace(fold(text)))
	slices.Sort(words)
	if words = slices.Compact(words); len(words) > MaxSearchWords {
		return nil, fail.Input("text", "text has %d words; at most %d fit", len(words), MaxSearchWords)
	}
	return words, nil
}

// apostrophes takes them out of words, however they are written.
var apostrophes = strings.NewReplacer("'", "", "’", "", "ʼ", "")

func splitWords(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	})
	for i, word := range words {
		if runes := []rune(word); len(runes) > MaxWordRunes {
			words[i] = string(runes[:MaxWordRunes])
		}
	}
	return words
}

// matching returns the condition that a product has a word that begins with each of some words, and its parameter.
// Words are letters, digits and marks, so that none can end its quotes.
func matching(words []string, dialect database.Dialect) (condition, parameter string) {
	quoted := make([]string, len(words))
	switch dialect {
	case database.SQLite:
		for i, word := range words {
			quoted[i] = `"` + word + `"*`
		}
		return `id IN (SELECT n.product_id FROM product_words JOIN product_numbers n ON n.number = product_words.rowid
			WHERE product_words MATCH ?)`, strings.Join(quoted, " AND ")
	case database.Postgres:
		for i, word := range words {
			quoted[i] = `'` + word + `':*`
		}
		return `search_words @@ CAST(CAST(? AS TEXT) AS TSQUERY)`, strings.Join(quoted, " & ")
	default:
		panic(fmt.Sprintf("store: unknown dialect %d", dialect))
	}
}

// fillSearch writes the words of the products that a migration has left without, and those alone.
func (s *Store) fillSearch(ctx context.Context) error {
	const missing = `SELECT id FROM products WHERE search_text = '' ORDER BY id LIMIT 200`
	return events.Backfill(ctx, s.db, missing, func(ctx context.Context, tx database.Handle, ids []string) error {
		found, err := byIDs(ctx, tx, ids)
		if err != nil {
			return err
		}
		for _, product := range found {
			w, err := write(product)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE products SET search_text = ? WHERE id = ?`, w.searchText, w.ID); err != nil {
				return fmt.Errorf("write the words of product %s: %w", w.ID, err)
			}
		}
		return nil
	})
}
