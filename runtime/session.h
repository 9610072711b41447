// The session this process records into: the one `glimpse run` made, or one of its own in a linked program.
#pragma once

namespace glimpse::runtime {

// Maps the session named by GLIMPSE_SESSION, or creates one. Sets process.session and process.session_path. False where
// there is none, or recording is off.
bool open_session();

// Whether the session was a linked program's own and has ended, while this child of its lives on.
bool session_over();

// Takes back a session of this process's own that nobody has recorded into.
void discard_session();

// In a linked program: starts `glimpse collect` for the session, detached, in a session of its own, invisible to
// wait(). Where it cannot be started, one line says so, and the rings keep what fits for `glimpse recover`.
void start_collector();

}  // namespace glimpse::runtime
