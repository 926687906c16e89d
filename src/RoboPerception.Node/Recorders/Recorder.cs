using System.Globalization;
using Microsoft.Extensions.Logging;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Outputs;
using RoboPerception.Node.Pipeline;
using RoboPerception.Recording.Mcap;

namespace RoboPerception.Node.Recorders;

/// <summary>
/// Records what the pipelines publish: a bounded number of frames wait for the recording's own thread, which encodes and writes. Live, a frame
/// for which there is no room is left out and counted, and the pipeline never waits; a recording as source waits, and is recorded whole.
/// </summary>
internal sealed class Recorder : IDisposable
{
    private const int Waiting = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly RecordingSettings settings;
    private readonly ModelDescription model;
    private readonly LosslessSlot<RecordedFrame> free = new(Waiting);
    private readonly LosslessSlot<RecordedFrame> frames = new(Waiting);
    private readonly Queue<Action<RecordingFile>> notes = new();
    private readonly List<string> cameras = [];
    private readonly Thread thread;
    private RecordingFile? file;
    private Action<Exception>? onFailure;
    private long recorded;
    private long left;
    private volatile bool failed;

    /// <summary>A recorder that does not run yet; its file is there.</summary>
    /// <exception cref="UserErrorException">The file cannot be made (exit code 2).</exception>
    public Recorder(RecordingSettings settings, ModelFile model)
    {
        (this.settings, this.model) = (settings, model.Description);
        file = new RecordingFile(settings, model.Description);
        for (int i = 0; i < Waiting; i++)
        {
            free.Put(new RecordedFrame(model.Description.Outputs.Count));
        }
        thread = new Thread(Work) { IsBackground = true, Name = "recorder" };
    }

    /// <summary>Frames in the file.</summary>
    public long Recorded => Interlocked.Read(ref recorded);

    /// <summary>Frames for which there was no room.</summary>
    public long LeftOut => Interlocked.Read(ref left);

    /// <summary>What records a camera. Called before <see cref="Start"/>.</summary>
    public IFrameTap TapOf(CameraSettings camera)
    {
        cameras.Add(camera.Id);
        return new Tap(this, cameras.Count - 1);
    }

    /// <summary>Begins: what is known of the run goes to the head of the file.</summary>
    /// <param name="head">Writes it.</param>
    /// <param name="failure">Told once, when the file can take no more.</param>
    public void Start(Action<RecordingFile> head, Action<Exception> failure)
    {
        onFailure = failure;
        file!.AddCameras(cameras);
        head(file);
        thread.Start();
    }

    /// <summary>A line of the log, from any thread.</summary>
    public void Log(LogLine line) => Note(f => f.WriteLog(line));

    /// <summary>A document of the node, from any thread.</summary>
    public void Document(string topic, byte[] json) => Note(f => f.WriteJson(topic, json));

    /// <summary>Lets what waits be written and gives the file its name; says what became of it.</summary>
    public string Finish()
    {
        frames.Complete();
        if (thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            file?.Abandon();
            file = null;
            return $"nothing was recorded to {settings.File}";
        }
        thread.Join(Patience);
        return failed
            ? $"the recording is cut: {McapWriter.PartOf(settings.File)} holds {Recorded} frames; 'roboperception record --repair' makes a whole file of it"
            : string.Create(CultureInfo.InvariantCulture, $"recorded {Recorded} frames to {settings.File}{(LeftOut > 0 ? $", {LeftOut} left out because the disk or the encoder was too slow" : "")}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        frames.Complete();
        free.Complete();
        file?.Dispose();
    }

    private void Note(Action<RecordingFile> note)
    {
        lock (notes)
        {
            // A second's worth of the log at its busiest; more than that is a flood.
            if (notes.Count < 256)
            {
                notes.Enqueue(note);
            }
        }
    }

    private void Work()
    {
        try
        {
            while (frames.TryTake(out RecordedFrame? frame, Timeout.Infinite))
            {
                if (!failed)
                {
                    file!.Begin(frame);
                    WriteNotes();
                    file.Write(frame);
                    Interlocked.Increment(ref recorded);
                }
                free.Put(frame);
            }
            if (!failed)
            {
                WriteNotes();
                file!.Finish();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            failed = true;
            free.Complete();
            frames.Complete();
            file!.Dispose();
            onFailure!(new UserErrorException(ExitCode.Failed, $"the recording '{settings.File}' ended: {e.Message}; what is written is in {McapWriter.PartOf(settings.File)}: 'roboperception record --repair' makes a whole file of it", e));
        }
    }

    private void WriteNotes()
    {
        while (true)
        {
            Action<RecordingFile>? note;
            lock (notes)
            {
                notes.TryDequeue(out note);
            }
            if (note is null)
            {
                return;
            }
            note(file!);
        }
    }

    private sealed class Tap(Recorder recorder, int camera) : IFrameTap
    {
        private readonly OutputPixels pixels = new(recorder.model);

        public bool WantsSource => recorder.settings.Input != RecordedInput.None;

        public void Take(FramePrediction prediction, OutputBuffers buffers, in FrameHeader header, FrameOutputs? extras)
        {
            if (!recorder.free.TryTake(out RecordedFrame? frame, prediction.IsLossless ? Timeout.Infinite : 0))
            {
                Interlocked.Increment(ref recorder.left);
                return;
            }
            (frame.Camera, frame.Header, frame.HasOwnTime, frame.SourceFile) = (camera, header, prediction.IsLossless, prediction.SourceFile);
            pixels.Encode(buffers, header, frame.Outputs);
            frame.Answers.Take(extras);
            if (prediction.Source is { } source)
            {
                // Not copied once more: the prediction goes on with the buffer of a frame that is written.
                (prediction.Source, frame.Source) = (frame.Source, source);
            }
            recorder.frames.Put(frame);
        }
    }
}
