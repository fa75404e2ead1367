package main

import (
	"fmt"

	"github.com/weft-graph/weft/cmd/weft/internal/report"
	"github.com/weft-graph/weft/graph/diff"
)

// changeFinding says what a change means for the known documents, and whether it may be released.
func (c *check) changeFinding(change diff.Change) report.Finding {
	isUsed := len(change.Uses) > 0
	finding := report.Finding{
		Severity: report.Note, Code: string(change.Code), Class: change.Class.String(), Coordinate: change.Coordinate,
		Message: change.Message + c.consequence(change),
	}
	switch {
	case change.Class == diff.Breaking && (isUsed || c.Strict):
		finding.Severity = report.Error
		finding.Fix = "keep what was, add what is new beside it, and take the old away when nothing uses it any more"
		if change.IsGone {
			finding.Fix = "keep it, marked @deprecated, until nothing uses it any more; or change what uses it first"
		}
	case change.Class == diff.Dangerous && isUsed:
		finding.Severity = report.Warning
	}
	for _, use := range change.Uses {
		finding.Places = append(finding.Places, c.usePlace(use))
		if finding.Severity == report.Error {
			c.broken[diff.Use{File: use.File, Line: use.Line, Column: use.Column}] = true
		}
	}
	after, before := "stands here", "stood here"
	if change.IsGone {
		after = "was part of this"
	}
	for _, p := range change.After {
		finding.Places = append(finding.Places, c.texts.place(p, after))
	}
	for _, p := range change.Before {
		finding.Places = append(finding.Places, c.texts.place(p, before))
	}
	if change.Class == diff.Safe {
		finding.Places = finding.Places[:min(1, len(finding.Places))]
	}
	return finding
}

// consequence ends a change's message with what it does to the known documents.
func (c *check) consequence(change diff.Change) string {
	if len(change.Uses) > 0 {
		who := change.Uses[0].In
		if n := len(change.Uses) - 1; n > 0 {
			who = fmt.Sprintf("%s and %d more", who, n)
		}
		return map[diff.Class]string{
			diff.Breaking: ", which breaks ", diff.Dangerous: ", which may surprise ", diff.Safe: ", and is used by ",
		}[change.Class] + who
	}
	switch {
	case change.Class == diff.Safe:
		return ""
	case len(c.documents) == 0:
		return "; no operations were given that could use it"
	}
	if len(c.documents) == 1 {
		return "; the one known document does not use it"
	}
	return fmt.Sprintf("; none of the %d known documents uses it", len(c.documents))
}

// usePlace is a place in a document that a change touches.
func (c *check) usePlace(use diff.Use) report.Place {
	for _, d := range c.documents {
		if d.id() == use.File {
			return d.place(use.Line, use.Column, report.RoleUsed+" in "+use.In)
		}
	}
	panic("check: a change is used in a document that was not given: " + use.File)
}
