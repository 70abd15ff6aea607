FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app

# First and alone, so that a change of the code does not install everything anew.
COPY requirements.txt ./
RUN pip install -r requirements.txt

COPY manage.py ./
COPY schedules ./schedules
COPY stockura ./stockura
COPY templates ./templates
# Otherwise each process compiles all of it at its start.
RUN python -m compileall -q schedules stockura

# Hashed and compressed static files, which whitenoise serves. The key signs nothing and stays in this one step.
RUN SECRET_KEY=only-for-collectstatic python manage.py collectstatic --noinput

RUN useradd --uid 10001 --create-home stockura && install -d -o stockura /app/var
USER stockura

EXPOSE 8000
CMD ["gunicorn", "stockura.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--no-control-socket"]
