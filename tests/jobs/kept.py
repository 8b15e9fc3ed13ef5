"""Worker processes that start in no time: one process loads the portal, each worker is forked off it.

    python -m tests.jobs.kept

For each line on its input it starts a worker of that number and says its process id.
"""

import os
import signal
import sys


def main() -> None:
    import django

    django.setup()
    from django.urls import get_resolver

    from khuyencong.celery import app

    app.loader.import_default_modules()
    app.finalize()
    assert get_resolver().url_patterns  # with everything that hangs on the addresses
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        child = os.fork()
        if child:
            sys.stdout.write(f"{child}\n")
            sys.stdout.flush()
            continue
        os.setpgid(0, 0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        app.worker_main(
            [
                *("--quiet", "--skip-checks", "worker", "--pool=threads", "--concurrency=2", "--loglevel=ERROR"),
                *(f"--hostname=kept{line.strip()}@%h", "--without-mingle", "--without-gossip", "--without-heartbeat"),
            ]
        )
        os._exit(0)


if __name__ == "__main__":
    main()
