package report

import (
	"fmt"
	"io"
	"strings"
)

// maxAnnotations is how many annotations one finding gets: a field that a hundred operations use is one mistake.
const maxAnnotations = 10

// writeGitHub writes the findings as workflow commands, which GitHub Actions shows as annotations at their places. An
// error has one at each use; what is safe has none.
func (r *Report) writeGitHub(w io.Writer) error {
	var b strings.Builder
	for _, f := range r.sorted() {
		if f.Class == "safe" {
			continue
		}
		places := f.Places
		if len(places) == 0 {
			places = []Place{{}}
		}
		message := withFix(f)
		for _, p := range places[1:] {
			message += fmt.Sprintf("\n%s: %s", p, p.Role)
		}
		n := 1
		for n < min(len(places), maxAnnotations) && f.Severity == Error && strings.HasPrefix(places[n].Role, RoleUsed) {
			n++
		}
		for _, p := range places[:n] {
			fmt.Fprintf(&b, "::%s %stitle=%s::%s\n", gitHubCommand(f.Severity), gitHubPlace(p), gitHubProperty("weft "+f.Code), gitHubData(message))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// RoleUsed begins the role of a place in an operation that a change touches.
const RoleUsed = "used"

func gitHubCommand(severity Severity) string {
	switch severity {
	case Error, Warning:
		return severity.String()
	case Hint, Note:
	}
	return "notice"
}

func gitHubPlace(p Place) string {
	switch {
	case p.File == "":
		return ""
	case p.Line == 0:
		return fmt.Sprintf("file=%s,", gitHubProperty(p.File))
	}
	return fmt.Sprintf("file=%s,line=%d,col=%d,", gitHubProperty(p.File), p.Line, p.Column)
}

// gitHubData escapes the text of a workflow command, which ends with its line.
func gitHubData(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func gitHubProperty(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(text)
}
