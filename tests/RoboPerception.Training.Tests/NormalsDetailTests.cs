using RoboPerception.Training.Data;

namespace RoboPerception.Training.Tests;

public sealed class NormalsDetailTests
{
    private const int Side = 64;

    [Fact]
    public void A_wall_has_none()
    {
        var detail = Of(_ => 0);
        Assert.All(Enumerable.Range(0, NormalsDetail.Sides.Count), k => Assert.Equal(0, detail.MeanAngle(k), 0.1));
    }

    [Fact]
    public void Stripes_lie_half_their_angle_from_the_mean_of_squares_that_hold_both()
    {
        // Stripes of 8 rows, turned by 60 degrees against each other.
        var detail = Of(y => (y / 8) % 2 == 0 ? -30 : 30);
        Assert.Equal([0, 0, 30, 30], Enumerable.Range(0, 4).Select(k => Math.Round(detail.MeanAngle(k))));
    }

    [Fact]
    public void Pixels_without_a_normal_do_not_count()
    {
        var image = new LabeledImage(Side, Side);
        (image.Normals[2], image.Normals[5]) = (-127, -127);
        var detail = new NormalsDetail();
        detail.Add(image);
        Assert.Equal(0, detail.MeanAngle(0), 0.1);
        var none = new NormalsDetail();
        none.Add(new LabeledImage(Side, Side));
        Assert.True(double.IsNaN(none.MeanAngle(0)));
        Assert.Empty(none.ToString());
    }

    private static NormalsDetail Of(Func<int, double> pitch)
    {
        var image = new LabeledImage(Side, Side);
        for (var i = 0; i < Side * Side; i++)
        {
            var (sine, cosine) = Math.SinCos(pitch(i / Side) * Math.PI / 180);
            image.Normals[(3 * i) + 1] = (sbyte)Math.Round(127 * sine);
            image.Normals[(3 * i) + 2] = (sbyte)Math.Round(-127 * cosine);
        }

        var detail = new NormalsDetail();
        detail.Add(image);
        return detail;
    }
}
