using System.Text;
using RoboPerception.Core;
using RoboPerception.Node.Sharing;

namespace RoboPerception.Node.Tests;

public sealed class JobBoardTests
{
    private static readonly JobTopics Topics = new("roboperception", "nightly");
    private static readonly Job Film = new("film.mp4", "aa", "m1");

    private readonly JobBoard board = new();

    [Fact]
    public void The_first_claim_of_a_worker_that_is_there_holds_the_job()
    {
        Say(Topics.Todo(Film.Id), JobJson.Write(Film));
        Say(Topics.Worker("a"));
        Say(Topics.Worker("b"));
        Say(Topics.Claim(Film.Id, "gone"));
        Say(Topics.Claim(Film.Id, "b"));
        Say(Topics.Claim(Film.Id, "a"));
        Assert.Equal("b", board.Holder(Film.Id));
        Assert.False(board.TryTakeAny("m1", out _));
    }

    [Fact]
    public void A_job_whose_worker_is_lost_is_free_again_until_it_has_a_result()
    {
        Say(Topics.Todo(Film.Id), JobJson.Write(Film));
        Say(Topics.Worker("a"));
        Say(Topics.Claim(Film.Id, "a"));
        board.Receive(Topics, Topics.Worker("a"), []);
        Assert.Null(board.Holder(Film.Id));
        Assert.True(board.TryTakeAny("m1", out Job? job));
        Assert.Equal(Film, job);
        Assert.Equal(["a"], board.Claimants(Film.Id));
        Say(Topics.Done(Film.Id), JobJson.Write(new JobResult("film.mp4", "aa", "m1", "b", 0, null, null)));
        Assert.False(board.TryTakeAny("m1", out _));
        Assert.Equal(0, board.Open);
    }

    [Fact]
    public void An_offer_is_taken_once_and_only_by_a_worker_with_that_model()
    {
        Say(Topics.Todo(Film.Id), JobJson.Write(Film));
        Say(Topics.Offers, Encoding.UTF8.GetBytes(Film.Id));
        Assert.False(board.TryTakeOffered("m2", out _));
        Say(Topics.Offers, Encoding.UTF8.GetBytes(Film.Id));
        Assert.True(board.TryTakeOffered("m1", out _));
        Assert.False(board.TryTakeOffered("m1", out _));
    }

    [Fact]
    public void Messages_that_are_no_jobs_are_left_alone()
    {
        Say(Topics.Todo("x"), "nonsense"u8.ToArray());
        Say(Topics.Todo("y"), "{\"recording\":null}"u8.ToArray());
        Say(Topics.Done("z"), "[]"u8.ToArray());
        Say(Topics.Offers, "nobody"u8.ToArray());
        Say($"{Topics.Root}/unknown/x/y/z");
        Assert.Equal(0, board.Open);
        Assert.False(board.TryTakeOffered("m1", out _));
        Assert.Null(board.Result("z"));
    }

    [Fact]
    public void A_job_is_what_it_holds_not_how_it_is_called()
    {
        Assert.Equal(Film.Id, new Job("copy of film.mp4", "aa", "m1").Id);
        Assert.NotEqual(Film.Id, new Job("film.mp4", "aa", "m2").Id);
        Assert.Equal(ExitCode.Usage, Assert.Throws<UserErrorException>(() => new JobTopics("roboperception", "Night/ly")).ExitCode);
    }

    private void Say(string topic, byte[]? payload = null) => board.Receive(Topics, topic, payload ?? "{}"u8.ToArray());
}
