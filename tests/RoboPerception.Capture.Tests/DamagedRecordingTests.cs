using System.Diagnostics;
using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

/// <summary>Promise: a bad file is named with its remedy and exit code 4; a bad frame costs one frame.</summary>
public sealed class DamagedRecordingTests : TemporaryFolder
{
    [Fact]
    public void Text_is_no_video()
    {
        File.WriteAllText(PathOf("notes.avi"), "these are notes");
        AssertNoSource(PathOf("notes.avi"), "not a video");
    }

    [Fact]
    public void An_empty_file_is_called_empty()
    {
        File.WriteAllBytes(PathOf("empty.mp4"), []);
        AssertNoSource(PathOf("empty.mp4"), "is empty");
    }

    [Fact]
    public void A_pipe_is_refused_at_once_instead_of_waited_for()
    {
        using (Process mkfifo = Process.Start("mkfifo", PathOf("pipe.avi")))
        {
            mkfifo.WaitForExit();
        }

        AssertNoSource(PathOf("pipe.avi"), "pipe");
    }

    [Fact]
    public void A_folder_without_images_is_called_so()
    {
        AssertNoSource(Path.GetDirectoryName(PathOf("x"))!, "holds no image");
    }

    [Fact]
    public void A_glob_without_matches_is_called_so()
    {
        AssertNoSource(PathOf("*.png"), "holds no image");
    }

    [Fact]
    public void An_mp4_cut_off_before_its_index_does_not_open_and_the_remedy_is_named()
    {
        Recordings.Write(PathOf("cut.mp4"), 30, codec: VideoWriter.FourCC("mp4v"));
        Recordings.Truncate(PathOf("cut.mp4"), 0.5);
        AssertNoSource(PathOf("cut.mp4"), "cut off");
    }

    [Fact]
    public void A_truncated_file_says_how_many_frames_were_readable()
    {
        Recordings.Write(PathOf("cut.avi"), 50);
        Recordings.Truncate(PathOf("cut.avi"), 0.5);
        using var captured = new Captured(PathOf("cut.avi"));
        captured.Loop.Start();
        int read = captured.TakeAll().Count;
        Assert.InRange(read, 10, 40);
        Assert.Contains($"{read} of 50 declared frames", captured.Message(SourceEventKind.Truncated), StringComparison.Ordinal);
        Assert.Equal(CaptureState.Ended, captured.Loop.State);
    }

    [Fact]
    public void A_whole_file_is_not_called_truncated_when_its_container_declares_twice_the_rate()
    {
        // MPEG-4 in AVI, as many tools write it.
        Recordings.Write(PathOf("a.avi"), 30, codec: VideoWriter.FourCC("XVID"));
        using var captured = new Captured(PathOf("a.avi"));
        captured.Loop.Start();
        Assert.Equal(30, captured.TakeAll().Count);
        Assert.DoesNotContain(SourceEventKind.Truncated, captured.Kinds);
        Assert.Equal(0, captured.Drops.Total);
    }

    [Fact]
    public void Damaged_frames_inside_a_video_are_counted_and_leave_a_gap()
    {
        Recordings.Write(PathOf("a.avi"), 40);
        Recordings.DamageFrames(PathOf("a.avi"), 10, 11, 25);
        using var captured = new Captured(PathOf("a.avi"));
        captured.Loop.Start();
        var frames = captured.TakeAll();
        Assert.Equal(37, frames.Count);
        Assert.Equal(3, captured.Drops[DropCause.Corrupt]);
        Assert.Equal(Enumerable.Range(0, 40).Except([10, 11, 25]).Select(i => (long)i), frames.Select(frame => frame.Sequence));
        Assert.All(frames, frame => Assert.InRange(frame.First, Recordings.Value(frame.Sequence) - 3, Recordings.Value(frame.Sequence) + 3));
        Assert.DoesNotContain(SourceEventKind.Truncated, captured.Kinds);
    }

    [Fact]
    public void A_damaged_image_in_a_folder_is_counted_and_skipped()
    {
        Recordings.WriteImage(PathOf("1.png"), 10);
        File.WriteAllText(PathOf("2.png"), "broken");
        Recordings.WriteImage(PathOf("3.png"), 30);
        using var captured = new Captured(PathOf("*.png"));
        captured.Loop.Start();
        Assert.Equal([0, 2], captured.TakeAll().Select(frame => frame.Sequence));
        Assert.Equal(1, captured.Drops[DropCause.Corrupt]);
        Assert.Contains("ended after 2 frames; 1 more are damaged", captured.Message(SourceEventKind.Ended), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_one_sound_frame_fails_by_name()
    {
        File.WriteAllText(PathOf("1.png"), "broken");
        using var captured = new Captured(PathOf("*.png"));
        captured.Loop.Start();
        Assert.Empty(captured.TakeAll());
        UserErrorException error = Assert.IsType<UserErrorException>(captured.Loop.Failure);
        Assert.Equal(ExitCode.NoSource, error.ExitCode);
        Assert.Contains("no readable frame", error.Message, StringComparison.Ordinal);
        Assert.Equal(CaptureState.Failed, captured.Loop.State);
    }

    [Fact]
    public void A_stretch_of_damaged_frames_without_end_fails_instead_of_spinning()
    {
        using var captured = new Captured("test://?size=16x16&corrupt-every=1");
        captured.Loop.Start();
        Assert.Empty(captured.TakeAll());
        Assert.Contains("100 damaged frames", Assert.IsType<UserErrorException>(captured.Loop.Failure).Message, StringComparison.Ordinal);
        Assert.Equal(100, captured.Drops[DropCause.Corrupt]);
    }

    private static void AssertNoSource(string path, string part)
    {
        using var captured = new Captured(path);
        var error = Assert.Throws<UserErrorException>(captured.Loop.Start);
        Assert.Equal(ExitCode.NoSource, error.ExitCode);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.True(captured.Loop.Slot.IsFinished);
    }
}
