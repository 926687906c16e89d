using RoboPerception.Core;
using RoboPerception.Training.Data;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: training on rendered rooms needs no file and can be resumed exactly.</summary>
public sealed class SceneImagesTests
{
    [Fact]
    public void The_same_image_comes_again_and_another_epoch_shows_other_rooms()
    {
        using var scenes = new SceneImages(5, 3, 48, 64);
        LabeledImage first = scenes.Read(0, 1);
        LabeledImage other = scenes.Read(1, 1);
        LabeledImage again = scenes.Read(0, 1);
        Assert.Equal(first.Rgb, again.Rgb);
        Assert.Equal(first.Labels, again.Labels);
        Assert.Equal(first.DepthMillimetres, again.DepthMillimetres);
        Assert.Equal(first.Normals, again.Normals);
        Assert.NotEqual(first.Rgb, other.Rgb);
    }

    [Fact]
    public void Labels_are_whole()
    {
        using var scenes = new SceneImages(6, 3, 48, 64);
        LabeledImage image = scenes.Read(0, 0);
        Assert.All(image.Labels, id => Assert.True(id < 13 || id == ClassMap.Unlabelled));
        Assert.True(image.DepthMillimetres.Count(d => d is > 100 and < 20_000) > image.Labels.Length * 9 / 10);
        for (var i = 0; i < image.Labels.Length; i++)
        {
            var length = Math.Sqrt((image.Normals[3 * i] * image.Normals[3 * i]) + (image.Normals[(3 * i) + 1] * image.Normals[(3 * i) + 1]) + (image.Normals[(3 * i) + 2] * image.Normals[(3 * i) + 2]));
            Assert.True(length is 0 or (> 125 and < 129), $"normal {i} has length {length / 127}");
        }
    }

    [Theory]
    [InlineData("scene://samples", 1, 1000)]
    [InlineData("scene://samples?seed=9&count=20", 9, 20)]
    public void An_address_is_read(string address, ulong seed, int count) => Assert.Equal((seed, count), SceneImages.Parse(address));

    [Theory]
    [InlineData("scene://samples?sead=9", "sead=9")]
    [InlineData("scene://samples?count=0", "count=0")]
    public void A_wrong_address_is_named(string address, string named) =>
        Assert.Contains(named, Assert.Throws<UserErrorException>(() => SceneImages.Parse(address)).Message, StringComparison.Ordinal);
}
