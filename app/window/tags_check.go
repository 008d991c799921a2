//go:build linux && desktop && !webkit2_41

package window

// Without webkit2_41 the old web view would be linked, which turns a POST into a GET.
var _ = build_with_tags_webkit2_41
