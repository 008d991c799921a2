package mail

import (
	"go/ast"
	"go/constant"
	goparser "go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"testing"
)

// A pattern with a fault would end the program at the first mail that needs it.
func TestEveryPatternCompiles(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range files {
		set := token.NewFileSet()
		file, err := goparser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			if f, ok := call.Fun.(*ast.Ident); !ok || f.Name != "lazily" {
				return true
			}
			seen++
			v, err := types.Eval(set, nil, token.NoPos, types.ExprString(call.Args[0]))
			if err != nil || v.Value == nil || v.Value.Kind() != constant.String {
				t.Errorf("%s: the pattern is no constant text: %v", set.Position(call.Pos()), err)
				return true
			}
			if _, err := regexp.Compile(constant.StringVal(v.Value)); err != nil {
				t.Errorf("%s: %v", set.Position(call.Pos()), err)
			}
			return true
		})
	}
	if seen < 40 {
		t.Errorf("only %d patterns were found", seen)
	}
}
