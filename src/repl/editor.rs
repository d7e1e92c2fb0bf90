//! The line editor: the only place that knows rustyline.
