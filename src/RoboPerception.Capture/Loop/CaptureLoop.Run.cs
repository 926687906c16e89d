using System.Diagnostics;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <content>What the capture thread does.</content>
internal sealed partial class CaptureLoop
{
    private const long RepeatMilliseconds = 600_000;

    private string toldReason = "";
    private long toldAt;
    private long sequence;
    private long delivered;
    private long stampOffset;
    private long lastStamp;
    private long firstStamp;
    private long paceStarted;
    private int damagedInARow;
    private long damaged;
    private long framesOfThisPass;
    private long passStart;
    private (int Width, int Height) size;

    private void Run(CaptureSession own)
    {
        try
        {
            if (Open(own))
            {
                while (!stopping.IsSet && !own.IsAbandoned && Step(own))
                {
                }
            }
        }
        catch (UserErrorException error) when (!own.IsAbandoned)
        {
            Fail(error);
        }
        catch (Exception error)
        {
            // What the late call of an abandoned session has to say is of no use any more.
            if (!own.IsAbandoned)
            {
                Fail(new UserErrorException(ExitCode.NoSource, $"'{Name}' failed: {error.Message}", error));
            }
        }
        finally
        {
            own.Source.Dispose();
            if (!own.IsAbandoned)
            {
                Slot.Complete();
                firstOpen.Set();
            }
        }
    }

    /// <summary>Opens the source; a live one that was there before is tried until it comes back. False if the loop is to end.</summary>
    private bool Open(CaptureSession own)
    {
        while (!stopping.IsSet)
        {
            try
            {
                own.Enter();
                own.Source.Open();
                if (!own.Leave())
                {
                    return false;
                }

                everOpened = true;
                toldReason = "";
                framesOfThisPass = 0;
                Enter(CaptureState.Running);
                Report(SourceEventKind.Opened, $"'{Name}' is open.");
                firstOpen.Set();
                return true;
            }
            catch (UserErrorException error)
            {
                if (!own.Leave() || stopping.IsSet)
                {
                    return false;
                }

                if (!IsLive || error.ExitCode != ExitCode.NoSource || (!everOpened && !options.WaitForSource))
                {
                    throw;
                }

                TimeSpan wait = backoff.Next();
                Enter(CaptureState.Reopening);
                if (IsNews(error.Message))
                {
                    Report(SourceEventKind.ReopenFailed, $"{error.Message} It is tried again until it opens.");
                }

                own.Source.WaitForReturn(wait, stopping);
            }
        }

        return false;
    }

    /// <summary>False for a reason that has been told already: a camera that stays away for days must not fill the log.</summary>
    private bool IsNews(string reason)
    {
        long now = Environment.TickCount64;
        bool isNews = reason != toldReason || now - toldAt > RepeatMilliseconds;
        (toldReason, toldAt) = isNews ? (reason, now) : (toldReason, toldAt);
        return isNews;
    }

    /// <summary>One frame. False if the loop is to end.</summary>
    private bool Step(CaptureSession own)
    {
        FrameSource source = own.Source;
        long started = Stopwatch.GetTimestamp();
        own.Enter();
        GrabOutcome outcome = source.Grab();
        if (!own.Leave())
        {
            return false;
        }

        if (outcome != GrabOutcome.Frame)
        {
            return outcome == GrabOutcome.Lost && IsLive ? Reopen(own) : End(own);
        }

        // The wait for a live source's next frame is not work.
        started = IsLive ? Stopwatch.GetTimestamp() : started;
        if (source.SkippedFrames > 0)
        {
            drops.Add(DropCause.Corrupt, source.SkippedFrames);
            damaged += source.SkippedFrames;
            Volatile.Write(ref sequence, sequence + source.SkippedFrames);
        }

        if (source.MissedFrames > 0)
        {
            // Newer ones took their place before they came here.
            drops.Add(DropCause.Stale, source.MissedFrames);
            Volatile.Write(ref sequence, sequence + source.MissedFrames);
        }

        long number = sequence;
        Volatile.Write(ref sequence, number + 1);
        PooledFrame? frame = pool.Rent(wait: !IsLive);
        if (frame is null)
        {
            if (stopping.IsSet)
            {
                return false;
            }

            // The consumer holds every frame: this one could only replace one that waits, so it is not even decoded.
            drops.Add(DropCause.Stale);
            return true;
        }

        own.Enter();
        bool decoded = source.Retrieve(frame.Image);
        if (!own.Leave())
        {
            frame.Release();
            return false;
        }

        if (!decoded)
        {
            frame.Release();
            return CountDamaged(own);
        }

        damagedInARow = 0;
        framesOfThisPass++;
        lastStamp = source.Stamp + stampOffset;
        frame.Describe(number, lastStamp, Stopwatch.GetTimestamp() - started);
        Noticed(own, frame);
        if (IsLive)
        {
            still.Look(frame);
        }

        if (!IsLive && options.Pace == ReplayPace.Realtime && !WaitUntilDue())
        {
            frame.Release();
            return false;
        }

        if (!Slot.Put(frame))
        {
            frame.Release();
            return false;
        }

        Volatile.Write(ref delivered, delivered + 1);
        if (options.MaximumFrames > 0 && delivered >= options.MaximumFrames)
        {
            Finish($"'{Name}' ended after the {delivered} frames asked for.");
            return false;
        }

        return true;
    }

    private void Noticed(CaptureSession own, PooledFrame frame)
    {
        if (own.StallReported)
        {
            own.StallReported = false;
            Enter(CaptureState.Running);
            Report(SourceEventKind.Resumed, $"'{Name}' gives frames again.");
        }

        if (framesOfThisPass == 1)
        {
            backoff.Reset();
        }

        if (size == (frame.Width, frame.Height))
        {
            return;
        }

        if (size != default)
        {
            Report(
                SourceEventKind.SizeChanged,
                $"'{Name}' changed its image from {size.Width}x{size.Height} to {frame.Width}x{frame.Height} at frame {frame.Sequence}.");
        }

        size = (frame.Width, frame.Height);
    }

    private bool CountDamaged(CaptureSession own)
    {
        drops.Add(DropCause.Corrupt);
        damaged++;
        damagedInARow++;
        if (damagedInARow < MostDamagedInARow)
        {
            return true;
        }

        damagedInARow = 0;
        return IsLive
            ? Reopen(own)
            : throw new UserErrorException(
                ExitCode.NoSource, $"'{Name}': {MostDamagedInARow} damaged frames in a row, the last is {sequence - 1}; the file is beyond use from there on.");
    }

    private bool Reopen(CaptureSession own)
    {
        string cause = own.Source.Trouble is { } trouble ? $" ({trouble})" : "";
        own.Enter();
        own.Source.Close();
        if (!own.Leave())
        {
            return false;
        }

        if (stopping.IsSet)
        {
            // It was called off, not lost.
            return false;
        }

        Enter(CaptureState.Reopening);
        TimeSpan wait = backoff.Next();
        Report(SourceEventKind.Lost, $"'{Name}' was lost after frame {sequence - 1}{cause}; it is opened again in {wait.TotalSeconds:0.#} s.");
        return own.Source.WaitForReturn(wait, stopping) && Open(own);
    }

    /// <summary>The recording is over: once more from the start, or for good.</summary>
    private bool End(CaptureSession own)
    {
        if (framesOfThisPass == 0 && !IsLive)
        {
            throw new UserErrorException(ExitCode.NoSource, $"'{Name}' opens but holds no readable frame; the file is damaged. Give another file.");
        }

        long declared = own.Source.DeclaredFrames;
        long read = framesOfThisPass;
        if (declared > 0 && sequence - passStart < declared)
        {
            Report(
                SourceEventKind.Truncated,
                $"'{Name}' ended early: {read} of {declared} declared frames were readable. The file is cut off or damaged at its end.");
        }

        if (!options.Loop || IsLive)
        {
            Finish($"'{Name}' ended after {delivered} frames{(damaged > 0 ? $"; {damaged} more are damaged and left out" : "")}.");
            return false;
        }

        own.Source.Close();
        stampOffset = lastStamp - FrameSource.RecordingEpoch + FramePeriod(own.Source);
        passStart = sequence;
        return Open(own);
    }

    private void Finish(string message)
    {
        Enter(CaptureState.Ended);
        Report(SourceEventKind.Ended, message);
    }

    private static long FramePeriod(FrameSource source) =>
        source.FramesPerSecond > 0 ? (long)Math.Round(1e9 / source.FramesPerSecond) : 40_000_000;

    /// <summary>Holds a recording back to the speed it was recorded at. False if the loop is stopped meanwhile.</summary>
    private bool WaitUntilDue()
    {
        if (paceStarted == 0)
        {
            paceStarted = Stopwatch.GetTimestamp();
            firstStamp = lastStamp;
        }

        long due = lastStamp - firstStamp - UnixClock.ToNanoseconds(Stopwatch.GetTimestamp() - paceStarted);
        return due <= 0 || !stopping.Wait((int)Math.Min(due / 1_000_000, int.MaxValue));
    }
}
