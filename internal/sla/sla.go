// Package sla computes the clocks of a ticket: how long each of its targets has run, when it is due, and why. It is
// pure: what happened comes in as a plain list of facts, with the terms of the contract and the calendar in them, and
// the instant of the question as a parameter. So a clock can be computed again after any of them changed.
//
// Time counts under what held while it passed: the hours of the contract version of that day, the priority of that
// moment. The target is the one that holds when it is asked for: a ticket that is made urgent in the afternoon can be
// late since noon. Once a clock has stopped, what comes later does not touch it.
package sla

import (
	"time"

	"guichet/internal/calendar"
)

// Goal is what a clock measures.
type Goal string

// The goals. All begin when the ticket was reported.
const (
	FirstAnswer Goal = "answer"   // to the first answer of a person; a hold does not stop it, for nobody has answered
	Resolution  Goal = "resolve"  // to resolved or closed; goes on when the ticket is opened again
	HandOver    Goal = "handover" // internal: from N1 to N2, or to the end without N2
)

// Goals lists them in the order of a ticket's life.
var Goals = []Goal{FirstAnswer, HandOver, Resolution}

// Kind is what a fact tells.
type Kind string

// The kinds of facts.
const (
	Reported Kind = "reported" // the beginning; facts before it count as at it
	Answered Kind = "answered" // a person of the team wrote to the requester
	Held     Kind = "held"     // on hold, with a reason and a date
	Worked   Kind = "worked"   // new or open: taken up again after a hold or an end
	Ended    Kind = "ended"    // resolved or closed
	Ranked   Kind = "ranked"   // its priority is another
	Raised   Kind = "raised"   // handed to N2
)

// Fact is one thing that happened to a ticket.
type Fact struct {
	At       time.Time
	Kind     Kind
	By       string    // who, as the explanation names them
	Reason   string    // of Held: what is waited for
	Until    time.Time // of Held: when it is taken up again; zero for unknown
	Priority int       // of Reported and Ranked
}

// Limit is how long something may take. A zero Time is no promise.
type Limit struct {
	Time   time.Duration `json:"time"`
	Around bool          `json:"around"` // around the clock, instead of in opening hours
}

// Target is what is promised for one priority.
type Target struct {
	Answer   Limit `json:"answer"`
	Resolve  Limit `json:"resolve"`
	HandOver Limit `json:"handOver"`
}

func (t Target) of(g Goal) Limit {
	switch g {
	case FirstAnswer:
		return t.Answer
	case HandOver:
		return t.HandOver
	}
	return t.Resolve
}

// Terms are what a contract says about clocks.
type Terms struct {
	Name    string // of the contract, for the explanation
	Hours   calendar.Calendar
	Targets map[int]Target  // by priority
	Stops   map[string]bool // the reasons of a hold that stop the clock
	Grace   time.Duration   // what is left at least when a ticket that ended in time is opened again
	Risk    int             // at risk from this share of the target on, in hundredths
}

// Period is a time under the same terms, up to the next period. Terms are nil where nothing is promised: no contract,
// or not in its perimeter.
type Period struct {
	From  time.Time
	Terms *Terms
}

// Case is all that the clocks of a ticket depend on.
type Case struct {
	Facts   []Fact   // in any order; those of one instant in theirs
	Periods []Period // in order
}

// State is how a clock stands.
type State string

// The states. A clock that stopped is met or late.
const (
	None    State = "none" // nothing is promised
	Running State = "running"
	Paused  State = "paused"
	Met     State = "met"
	Late    State = "late"
)

// Clock is how one goal of a ticket stands at an instant.
type Clock struct {
	Goal    Goal
	State   State
	AtRisk  bool // neither late nor stopped, and more than the contract's share is gone
	Stopped bool
	Start   time.Time
	Stop    time.Time     // zero: has not stopped
	Due     time.Time     // zero: none, or not foreseeable. On hold it is foreseen that work goes on when the hold ends
	Target  time.Duration // with the grace of a reopening
	Around  bool          // Target and Elapsed are around the clock
	Elapsed time.Duration // counted up to now or to the stop
	Paused  time.Duration // what did not count in the same hours because of holds
	// Next is the instant at which State or AtRisk changes if nothing happens until then, zero for never.
	Next time.Time
}

// Remaining is what is left of the target, below 0 when it is late.
func (c Clock) Remaining() time.Duration { return c.Target - c.Elapsed }

// Of computes one clock at an instant; what happened later does not count.
func Of(c Case, g Goal, now time.Time) Clock {
	return follow(c, g, now).clock(now)
}

// All computes the clocks of all goals.
func All(c Case, now time.Time) []Clock {
	all := make([]Clock, len(Goals))
	for i, g := range Goals {
		all[i] = Of(c, g, now)
	}
	return all
}
