"""/api/v1/jobs/{id}/: where a piece of background work stands; cancelling it; asking again. Everybody's own."""

from uuid import UUID

from django.http import Http404, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api.serializers import StrictSerializer
from core.api.views import PortalRequest, PortalView
from jobs.models import Job, JobState
from jobs.services import cancel_job, retry_job


class JobShown(serializers.Serializer[Job]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(JobState.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    message = serializers.CharField()
    result = serializers.CharField(allow_null=True)


def show_job(job: Job) -> dict[str, object]:
    return {
        "id": str(job.public_id),
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "message": job.words,
        "result": job.result or None,
    }


def own_job(request: PortalRequest, job_id: UUID) -> Job:
    job: Job | None = Job.objects.asked_by(request.user).filter(public_id=job_id).first()
    if job is None:
        raise Http404
    return job


class JobView(PortalView):
    scope_read = "reports:read"

    @extend_schema(operation_id="job", responses=JobShown)
    def get(self, request: PortalRequest, job_id: UUID) -> Response:
        self.read_params(request)
        return Response(show_job(own_job(request, job_id)))


class Nothing(StrictSerializer):
    """An empty body."""


class JobCancel(PortalView):
    """Work that waits or runs is broken off and stores nothing; cancelling again changes nothing. 409 when it is
    finished, or is of a kind nobody breaks off by hand."""

    scope_write = "reports:write"

    @extend_schema(operation_id="job_cancel", request=Nothing, responses=JobShown)
    def post(self, request: PortalRequest, job_id: UUID) -> HttpResponse:
        job = own_job(request, job_id)

        def act() -> Response:
            self.body(Nothing, request)
            return Response(show_job(cancel_job(job, actor=request.user)))

        return self.once(request, act)


class JobRetry(PortalView):
    """Asks once more for work that failed or was cancelled: the answer is the job that does it, one unfinished for the
    same thing, however often one asks."""

    scope_write = "reports:write"

    @extend_schema(operation_id="job_retry", request=Nothing, responses={202: JobShown})
    def post(self, request: PortalRequest, job_id: UUID) -> HttpResponse:
        job = own_job(request, job_id)

        def act() -> Response:
            self.body(Nothing, request)
            again = retry_job(job, actor=request.user)
            answer = Response(show_job(again), status=202)
            answer["Location"] = f"/api/v1/jobs/{again.public_id}/"
            return answer

        return self.once(request, act)
