"""A process of the portal that asks for reports, as a web server does.

    python -m tests.jobs.asking

For each line on its input (ids of period, area and person) it asks for a report and says how many seconds that took.
"""

import sys
import time


def main() -> None:
    import django

    django.setup()

    from accounts.models import User
    from places.models import Area
    from programmes.models import ReportingPeriod
    from reports.services import request_report

    print("ready", flush=True)
    for line in sys.stdin:
        period, area, person = line.split()
        found = (ReportingPeriod.objects.get(pk=period), Area.objects.get(pk=area))
        actor = User.objects.get(pk=person)
        begin = time.monotonic()
        job = request_report("programme-results", *found, actor=actor)
        print(job.pk, round(time.monotonic() - begin, 3), flush=True)


if __name__ == "__main__":
    main()
