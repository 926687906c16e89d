using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Web.Calibrating;
using Spectre.Console;

namespace RoboPerception.Node.Commands;

/// <summary>One calibration from the first frame to the written file, followed in the terminal and, where one was asked for, on a page.</summary>
internal sealed class CalibrateRun : IDisposable
{
    private static readonly TimeSpan StaysWhereWatched = TimeSpan.FromSeconds(60);

    private readonly CalibrateRequest request;
    private readonly CalibrationSession session;
    private readonly RunningCalibration running;
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource leave = new();
    private readonly CalibrationView? view;
    private readonly bool isWatched;
    private volatile bool isOver;

    /// <summary>A calibration that has not begun.</summary>
    /// <exception cref="UserErrorException">Source, board or lens model are none.</exception>
    public CalibrateRun(CalibrateRequest request)
    {
        this.request = request;
        LensModel.CoefficientsOf(request.Model);
        session = new CalibrationSession(new SourceFactory().Create(request.Source), request.Board);
        running = new RunningCalibration(request.Model);
        view = request.Http.HttpPort > 0 ? new CalibrationView(session, running, request.Board.Words, request.Model, request.Http.HttpRate) : null;
        isWatched = view is not null || AnsiConsole.Profile.Capabilities.Interactive;
    }

    /// <summary>Looks at frames until the source ends, enough was seen, or the person says that it is enough; then calibrates and writes.</summary>
    /// <exception cref="UserErrorException">With the exit code of what went wrong.</exception>
    public ExitCode Run()
    {
        // First: the views take somebody minutes.
        NamedFiles.MakeFolderOf(request.File);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using CalibrationServer? server = view is null ? null : CalibrationServer.Start(request.Http, view, Stop);
        try
        {
            session.Open();
            CalibrateDisplay.Follow(session, running, Step);
            if (stop.IsCancellationRequested && session.Coverage.Views.Count < CameraCalibrator.FewestViews)
            {
                string few = $"ended with {session.Coverage.Views.Count} views of the board; a calibration needs {CameraCalibrator.FewestViews}";
                Console.Error.WriteLine($"roboperception: {few}");
                view?.ShowFailure(few);
                return ExitCode.Interrupted;
            }

            Finish();
            isOver = true;
            Stay(server);
            return ExitCode.Ok;
        }
        catch (UserErrorException failure)
        {
            view?.ShowFailure(failure.Message);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        session.Dispose();
        stop.Dispose();
        leave.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (isOver)
        {
            leave.Cancel();
        }
        else
        {
            Stop();
        }
    }

    private void Stop()
    {
        stop.Cancel();
        session.Interrupt();
    }

    /// <summary>
    /// Keeps the result on the page for a phone that slept or a page that is opened again. Where nobody has opened one, the command ends at once, so that no
    /// script waits for nothing.
    /// </summary>
    private void Stay(CalibrationServer? server)
    {
        if (server is null || view is null)
        {
            return;
        }

        TimeSpan time = request.Stays ?? (view.Viewers.WasWatched ? StaysWhereWatched : TimeSpan.Zero);
        if (time == TimeSpan.Zero)
        {
            view.WaitUntilSeen();
            return;
        }

        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"roboperception: the result stays at {server.Address} for {time.TotalSeconds:0.#} s; Ctrl-C ends this now"));
        leave.Token.WaitHandle.WaitOne(time);
    }

    private bool Step()
    {
        try
        {
            bool goesOn = !stop.IsCancellationRequested && session.Next() && !(session.IsLive && session.Coverage.IsComplete);
            if (isWatched)
            {
                running.Offer(session.Coverage.Views);
            }

            view?.Show();
            return goesOn;
        }
        catch (UserErrorException) when (stop.IsCancellationRequested)
        {
            // An interrupted source looks like one that is gone.
            return false;
        }
    }

    private void Finish()
    {
        view?.ShowCalculating();
        Console.WriteLine($"the board was found in {session.Found} of {session.Frames} frames; calibrating from {session.Coverage.Views.Count} views");
        CalibrationResult result = session.Calibrate(request.Model);
        string remark = string.Create(CultureInfo.InvariantCulture, $"# roboperception calibrate, {DateTime.UtcNow:yyyy-MM-dd}: {result.Summary}\n");
        AtomicFile.Write(request.File, Encoding.UTF8.GetBytes(remark + CalibrationFile.Format(new CameraCalibration(request.Camera, result.Camera))));
        string picture = Path.ChangeExtension(request.File, ".png");
        byte[] png = session.Picture(result);
        AtomicFile.Write(picture, png);
        CameraIntrinsics c = result.Camera;
        Console.WriteLine(result.Summary);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fx {c.Fx:0.00}, fy {c.Fy:0.00}, centre ({c.Cx:0.00}, {c.Cy:0.00}), {c.DistortionModel} [{string.Join(", ", c.Distortion.Select(d => d.ToString("0.#####", CultureInfo.InvariantCulture)))}]"));
        Console.WriteLine($"written: {request.File}, and {picture} to judge it by: lines must lie on the board's corners");
        if (session.Coverage.NextStep is { } step)
        {
            Console.WriteLine($"it would become better: {step} (corners were seen in {session.Coverage.Covered.ToString("P0", CultureInfo.InvariantCulture)} of the image)");
        }

        view?.ShowResult(result, png, request.File, $"roboperception run {(session.IsLive && session.Source == request.Source ? session.Source : "SOURCE")} --calibration {request.File}");
    }
}

/// <summary>What <c>calibrate SOURCE</c> was asked to do.</summary>
/// <param name="Source">Address of the source.</param>
/// <param name="Board">The board.</param>
/// <param name="Model">Lens model of REP-104.</param>
/// <param name="Camera">Name of the camera in the file.</param>
/// <param name="File">The file, .yaml.</param>
/// <param name="Http">Where a page is served, if at all.</param>
/// <param name="Stays">How long it shows the result; null: a minute where somebody has watched.</param>
internal sealed record CalibrateRequest(string Source, CalibrationTarget Board, string Model, string Camera, string File, NodeSettings Http, TimeSpan? Stays);
