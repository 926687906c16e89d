using RoboPerception.Core;
using RoboPerception.Scenes;

namespace RoboPerception.Scenes.Tests;

/// <summary>Addresses of rendered cameras.</summary>
public sealed class SceneUriTests
{
    [Fact]
    public void The_address_of_the_documentation_is_read()
    {
        SceneUri uri = SceneUri.Parse("scene://room?seed=7&fps=30&size=640x480");
        Assert.Equal((7UL, 30.0, 640, 480), (uri.Seed, uri.FramesPerSecond, uri.Width, uri.Height));
        CameraIntrinsics camera = uri.ToIntrinsics();
        Assert.Equal(518.858, camera.Fx, 0.05);
        Assert.Equal(319.5, camera.Cx);
    }

    [Theory]
    [InlineData("scene://room?seed=12&fps=12.5&size=384x288&kind=office&sensor=ideal&fov=90&change=20&shutter=0.02&frames=100")]
    [InlineData("scene://room?seed=18446744073709551615&fps=30&size=16x16")]
    public void An_address_survives_writing_and_reading(string text)
    {
        SceneUri uri = SceneUri.Parse(text);
        Assert.Equal(text, uri.ToString());
        Assert.Equal(uri, SceneUri.Parse(uri.ToString()));
    }

    [Theory]
    [InlineData("file://room", "scene://room")]
    [InlineData("scene://garden", "'room'")]
    [InlineData("scene://room?seed=-1", "seed")]
    [InlineData("scene://room?size=640", "WIDTHxHEIGHT")]
    [InlineData("scene://room?size=8x8", "16 to 8192")]
    [InlineData("scene://room?fps=0", "fps")]
    [InlineData("scene://room?fps=NaN", "fps")]
    [InlineData("scene://room?kind=cellar", "bedroom")]
    [InlineData("scene://room?kind=", "bedroom")]
    [InlineData("scene://room?kind=1", "bedroom")]
    [InlineData("scene://room?speed=3", "keys are seed")]
    [InlineData("scene://room?seed=1&seed=2", "twice")]
    public void A_wrong_address_is_refused_with_what_would_be_right(string text, string named)
    {
        var error = Assert.Throws<FormatException>(() => SceneUri.Parse(text));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_carry_the_time_of_their_rate()
    {
        using var camera = new SceneCamera(SceneUri.Parse("scene://room?fps=25&size=32x24"));
        Assert.Equal(0, camera.TimeOf(0));
        Assert.Equal(40_000_000, camera.TimeOf(1));
        Assert.Equal(4_000_000_000, camera.TimeOf(100));
    }

    [Fact]
    public void Buffers_of_another_size_are_refused()
    {
        using var camera = new SceneCamera(SceneUri.Parse("scene://room?size=32x24"));
        var error = Assert.Throws<ArgumentException>(() => camera.Render(0, new FrameBuffers(24, 32)));
        Assert.Contains("24x32", error.Message, StringComparison.Ordinal);
    }
}
